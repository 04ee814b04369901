'use strict';

const { test } = require('node:test');
const { client, eachVersion } = require('./shared');

const mine = 'buckets';

eachVersion(mine, (begin, version) => {
  test('put, info, stat, location, ACL, delete', async () => {
    const talk = await begin();
    const { store } = talk;
    await talk.shows(store.putBucket('made', { storageClass: 'IA', dataRedundancyType: 'ZRS', acl: 'public-read' }), { status: 200, bucket: 'made', headers: { location: '/made' } });
    await talk.refuses(store.putBucket('made', { storageClass: 'Archive' }), '409 BucketAlreadyExists 0015-00000104');
    await talk.shows(store.getBucketInfo('made'),
      { status: 200, bucket: { AccessControlList: { Grant: 'public-read' }, AccessMonitor: 'Disabled', BlockPublicAccess: 'false', BucketPolicy: { LogBucket: '', LogPrefix: '' }, Comment: '', CreationDate: 'now', CrossRegionReplication: 'Disabled', DataRedundancyType: 'ZRS', ExtranetEndpoint: 'oss-cn-hangzhou.aliyuncs.com', IntranetEndpoint: 'oss-cn-hangzhou-internal.aliyuncs.com', Location: 'oss-cn-hangzhou', Name: 'made', Owner: 'owner', ResourceGroupId: 'rg-local0000000001', ServerSideEncryptionRule: { SSEAlgorithm: 'None' }, StorageClass: 'IA', TransferAcceleration: 'Disabled' }, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.getBucketLocation('made'), { status: 200, location: 'oss-cn-hangzhou', headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.getBucketStat('made'),
      { status: 200, stat: { Storage: '0', ObjectCount: '0', MultipartUploadCount: '0', LiveChannelCount: '0', MultipartPartCount: '0', MultipartPartStorage: '0', DeleteMarkerCount: '0', LastModifiedTime: '0', StandardStorage: '0', StandardObjectCount: '0', InfrequentAccessStorage: '0', InfrequentAccessRealStorage: '0', InfrequentAccessObjectCount: '0', ArchiveStorage: '0', ArchiveRealStorage: '0', ArchiveObjectCount: '0', ColdArchiveStorage: '0', ColdArchiveRealStorage: '0', ColdArchiveObjectCount: '0', DeepColdArchiveStorage: '0', DeepColdArchiveRealStorage: '0', DeepColdArchiveObjectCount: '0' }, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.getBucketACL('made'), { status: 200, acl: 'public-read', owner: 'owner', headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.putBucketACL('made', 'private'), { status: 200, bucket: null, headers: {} });
    await talk.shows(store.getBucketACL('made'), { status: 200, acl: 'private', owner: 'owner', headers: { 'content-type': 'application/xml' } });
    await talk.refuses(store.putBucketACL('made', 'odd'), '400 InvalidArgument');
    await talk.shows(store.deleteBucket('made'), { status: 204, headers: {} });
    await talk.refuses(store.deleteBucket('made'), '404 NoSuchBucket 0015-00000101');
    await talk.refuses(store.getBucketInfo('made'), '404 NoSuchBucket 0015-00000101');
    await store.put('k', Buffer.from('x'));
    await talk.refuses(store.deleteBucket(mine), '409 BucketNotEmpty 0015-00000301');
  });

  test('listBuckets', async () => {
    const talk = await begin();
    const { store } = talk;
    await store.putBucket('listed-a');
    await store.putBucket('listed-b', { storageClass: 'IA' });
    // To an IP address the SDK would send a Host that begins with a dot, for want of a bucket.
    const named = client({ endpoint: talk.endpoint.replace('127.0.0.1', 'localhost'), authorizationV4: version === 'V4' });
    await talk.shows(named.listBuckets({ prefix: 'listed-' }),
      { status: 200, buckets: [ { name: 'listed-a', region: 'oss-cn-hangzhou', creationDate: 'now', storageClass: 'Standard', StorageClass: 'Standard', tag: {} }, { name: 'listed-b', region: 'oss-cn-hangzhou', creationDate: 'now', storageClass: 'IA', StorageClass: 'IA', tag: {} } ], owner: 'owner', isTruncated: false, nextMarker: null, headers: { 'content-type': 'application/xml' } });
    await talk.shows(named.listBuckets({ prefix: 'listed-', 'max-keys': 1 }),
      { status: 200, buckets: [ { name: 'listed-a', region: 'oss-cn-hangzhou', creationDate: 'now', storageClass: 'Standard', StorageClass: 'Standard', tag: {} } ], owner: 'owner', isTruncated: true, nextMarker: 'listed-a', headers: { 'content-type': 'application/xml' } });
    await talk.shows(named.listBuckets({ prefix: 'listed-', marker: 'listed-a' }),
      { status: 200, buckets: [ { name: 'listed-b', region: 'oss-cn-hangzhou', creationDate: 'now', storageClass: 'IA', StorageClass: 'IA', tag: {} } ], owner: 'owner', isTruncated: false, nextMarker: null, headers: { 'content-type': 'application/xml' } });
    await talk.shows(named.listBuckets({ prefix: 'listed-none' }),
      { status: 200, buckets: null, owner: 'owner', isTruncated: false, nextMarker: null, headers: { 'content-type': 'application/xml' } });
  });

  test('versioning', async () => {
    const talk = await begin();
    const { store } = talk;
    await store.putBucket('versioned');
    await talk.shows(store.getBucketVersioning('versioned'), { status: 200, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.putBucketVersioning('versioned', 'Enabled'), { status: 200, headers: {} });
    await talk.shows(store.getBucketVersioning('versioned'), { status: 200, versionStatus: 'Enabled', headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.putBucketVersioning('versioned', 'Suspended'), { status: 200, headers: {} });
    await talk.shows(store.getBucketVersioning('versioned'), { status: 200, versionStatus: 'Suspended', headers: { 'content-type': 'application/xml' } });
  });

  test('encryption', async () => {
    const talk = await begin();
    const { store } = talk;
    await store.putBucket('encrypted');
    await talk.refuses(store.getBucketEncryption('encrypted'), '404 NoSuchServerSideEncryptionRule 0005-00000004');
    await talk.shows(store.putBucketEncryption('encrypted', { SSEAlgorithm: 'KMS', KMSMasterKeyID: 'key-of-trial' }), { status: 200, headers: {} });
    await talk.shows(store.getBucketEncryption('encrypted'), { status: 200, encryption: { SSEAlgorithm: 'KMS', KMSMasterKeyID: 'key-of-trial' }, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.deleteBucketEncryption('encrypted'), { status: 204, headers: {} });
    await talk.refuses(store.getBucketEncryption('encrypted'), '404 NoSuchServerSideEncryptionRule 0005-00000004');
  });

  test('CORS', async () => {
    const talk = await begin();
    const { store } = talk;
    await store.putBucket('cors');
    await talk.refuses(store.getBucketCORS('cors'), '404 NoSuchCORSConfiguration 0034-00000001');
    await talk.shows(store.putBucketCORS('cors', [
      { allowedOrigin: ['https://a.example.com', 'https://*.example.org'], allowedMethod: ['GET', 'PUT'], allowedHeader: ['Content-Type', 'x-oss-*'], exposeHeader: ['ETag', 'x-oss-meta-Owner'], maxAgeSeconds: '60' },
      { allowedOrigin: '*', allowedMethod: 'GET' },
    ]), { status: 200, headers: {} });
    await talk.shows(store.getBucketCORS('cors'),
      { status: 200, rules: [ { allowedOrigin: [ 'https://a.example.com', 'https://*.example.org' ], allowedMethod: [ 'GET', 'PUT' ], allowedHeader: [ 'content-type', 'x-oss-*' ], exposeHeader: [ 'ETag', 'x-oss-meta-Owner' ], maxAgeSeconds: '60' }, { allowedOrigin: '*', allowedMethod: 'GET' } ], headers: { 'content-type': 'application/xml' } });
    await talk.refuses(store.putBucketCORS('cors', [{ allowedOrigin: '*', allowedMethod: 'PATCH' }]), '400 InvalidArgument 0034-00000011');
    await talk.shows(store.deleteBucketCORS('cors'), { status: 204, headers: {} });
    await talk.refuses(store.getBucketCORS('cors'), '404 NoSuchCORSConfiguration 0034-00000001');
  });

  test('what is not modelled', async () => {
    const talk = await begin();
    const { store } = talk;
    await talk.refuses(store.getBucketLifecycle(mine), '501 NotImplemented');
    await talk.refuses(store.getBucketWebsite(mine), '501 NotImplemented');
    await talk.refuses(store.getBucketRequestPayment(mine), '501 NotImplemented');
    await talk.refuses(store.getBucketWorm(mine), '501 NotImplemented');
    await talk.refuses(store.postAsyncFetch('k', 'https://example.com/k'), '501 NotImplemented');
    await store.put('k', Buffer.from('x'));
    await talk.refuses(store.get('k', { process: 'image/info' }), '501 NotImplemented');
  });
});
