'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { eachVersion } = require('./shared');

const keys = ['a\x01b', 'a&b', 'dir/1', 'dir/2 +', 'ü'];

eachVersion('lists', (begin) => {
  test('list, listV2', async () => {
    const talk = await begin();
    const { store } = talk;
    for (const key of keys) {
      await store.put(key, Buffer.from('x'));
    }
    await talk.shows(store.list({ prefix: 'a', 'max-keys': 1, 'encoding-type': 'url' }),
      { status: 200, objects: [ { name: 'a%01b', url: 'http://oss/a%2501b', lastModified: 'now', etag: '"9DD4E461268C8034F5C8564E155C67A6"', type: 'Normal', size: 1, storageClass: 'Standard', owner: 'owner' } ], prefixes: null, nextMarker: 'a%01b', isTruncated: true, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.list({ delimiter: '/', marker: 'a&b' }),
      { status: 200, objects: [ { name: 'ü', url: 'http://oss/%C3%BC', lastModified: 'now', etag: '"9DD4E461268C8034F5C8564E155C67A6"', type: 'Normal', size: 1, storageClass: 'Standard', owner: 'owner' } ], prefixes: [ 'dir/' ], nextMarker: null, isTruncated: false, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listV2({ delimiter: '/', 'start-after': 'a&b', 'fetch-owner': 'true' }),
      { status: 200, objects: [ { name: 'ü', url: 'http://oss/%C3%BC', lastModified: 'now', etag: '"9DD4E461268C8034F5C8564E155C67A6"', type: 'Normal', size: 1, storageClass: 'Standard', owner: 'owner' } ], prefixes: [ 'dir/' ], isTruncated: false, keyCount: 2, continuationToken: null, nextContinuationToken: null, headers: { 'content-type': 'application/xml' } });
    const first = await store.listV2({ prefix: 'dir/', 'max-keys': 1 });
    await talk.shows(first,
      { status: 200, objects: [ { name: 'dir/1', url: 'http://oss/dir/1', lastModified: 'now', etag: '"9DD4E461268C8034F5C8564E155C67A6"', type: 'Normal', size: 1, storageClass: 'Standard', owner: null } ], prefixes: null, isTruncated: true, keyCount: 1, continuationToken: null, nextContinuationToken: 'id1', headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listV2({ prefix: 'dir/', 'max-keys': 1, 'continuation-token': first.nextContinuationToken }),
      { status: 200, objects: [ { name: 'dir/2 +', url: 'http://oss/dir/2%20%2B', lastModified: 'now', etag: '"9DD4E461268C8034F5C8564E155C67A6"', type: 'Normal', size: 1, storageClass: 'Standard', owner: null } ], prefixes: null, isTruncated: false, keyCount: 1, continuationToken: 'id1', nextContinuationToken: null, headers: { 'content-type': 'application/xml' } });
    await talk.refuses(store.listV2({ 'continuation-token': 'odd' }), '400 InvalidArgument');
    await talk.refuses(store.list({ 'max-keys': 1001 }), '400 InvalidArgument 0015-00000402');

    const names = [];
    for (let marker; marker !== null;) {
      const page = await store.list({ 'max-keys': 2, 'encoding-type': 'url', ...(marker && { marker }) });
      names.push(...page.objects.map((o) => decodeURIComponent(o.name))); // the SDK does not decode them
      assert.ok(names.length <= keys.length, 'each name once');
      marker = page.nextMarker && decodeURIComponent(page.nextMarker);
    }
    assert.deepEqual(names, keys);
  });
});

eachVersion('versions', (begin) => {
  test('versions', async () => {
    const talk = await begin();
    const { store } = talk;
    await store.put('k', Buffer.from('unversioned'));
    await store.putBucketVersioning('versions', 'Enabled');
    const put = await store.put('k', Buffer.from('old'));
    const versionId = put.res.headers['x-oss-version-id'];
    await talk.shows(put,
      { status: 200, name: 'k', url: 'http://oss/k', headers: { 'content-md5': 'FJYD5sA1FjYqjaI/Yk25RQ==', etag: '"149603E6C03516362A8DA23F624DB945"', 'x-oss-hash-crc64ecma': '9264138970912413707', 'x-oss-version-id': 'id1' } });
    await talk.shows(store.put('k', Buffer.from('new')),
      { status: 200, name: 'k', url: 'http://oss/k', headers: { 'content-md5': 'Iq9kXRhZy1ym2gxITx836g==', etag: '"22AF645D1859CB5CA6DA0C484F1F37EA"', 'x-oss-hash-crc64ecma': '13934607461713311319', 'x-oss-version-id': 'id2' } });
    await talk.shows(store.get('k', { versionId }),
      { status: 200, content: 'old', headers: { 'accept-ranges': 'bytes', 'content-md5': 'FJYD5sA1FjYqjaI/Yk25RQ==', 'content-type': 'application/octet-stream', etag: '"149603E6C03516362A8DA23F624DB945"', 'last-modified': 'now', 'x-oss-hash-crc64ecma': '9264138970912413707', 'x-oss-object-type': 'Normal', 'x-oss-storage-class': 'Standard', 'x-oss-version-id': 'id1' } });
    await talk.shows(store.head('k', { versionId: 'null' }),
      { status: 200, meta: null, headers: { 'accept-ranges': 'bytes', 'content-md5': 'R9crMrjcvjE3OkyF4LPHxg==', 'content-type': 'application/octet-stream', etag: '"47D72B32B8DCBE31373A4C85E0B3C7C6"', 'last-modified': 'now', 'x-oss-hash-crc64ecma': '14836880659067092902', 'x-oss-object-type': 'Normal', 'x-oss-storage-class': 'Standard', 'x-oss-version-id': 'null' } });
    await talk.shows(store.getObjectMeta('k', { versionId }),
      { status: 200, headers: { etag: '"149603E6C03516362A8DA23F624DB945"', 'last-modified': 'now', 'x-oss-hash-crc64ecma': '9264138970912413707', 'x-oss-object-type': 'Normal', 'x-oss-version-id': 'id1' } });
    await talk.shows(store.copy('copy', 'k', { versionId }),
      { status: 200, data: { etag: '"149603E6C03516362A8DA23F624DB945"', lastModified: 'now' }, headers: { 'content-type': 'application/xml', etag: '"149603E6C03516362A8DA23F624DB945"', 'x-oss-copied-size': '3', 'x-oss-copy-source-version-id': 'id1', 'x-oss-hash-crc64ecma': '9264138970912413707', 'x-oss-ia-retrieve-flow-type': '0', 'x-oss-version-id': 'id3' } });
    await talk.shows(store.putObjectTagging('k', { a: 'b' }, { versionId }), { status: 200, headers: { 'x-oss-version-id': 'id1' } });
    await talk.shows(store.getObjectTagging('k', { versionId }), { status: 200, tag: { a: 'b' }, headers: { 'content-type': 'application/xml', 'x-oss-version-id': 'id1' } });
    await talk.shows(store.deleteObjectTagging('k', { versionId }), { status: 204, headers: { 'x-oss-version-id': 'id1' } });
    await talk.shows(store.putACL('k', 'private', { versionId }), { status: 200, headers: { 'x-oss-version-id': 'id1' } });
    await talk.shows(store.getACL('k', { versionId }), { status: 200, acl: 'private', owner: 'owner', headers: { 'content-type': 'application/xml', 'x-oss-version-id': 'id1' } });
    const deleted = await store.delete('k');
    await talk.shows(deleted, { status: 204, headers: { 'x-oss-delete-marker': 'true', 'x-oss-version-id': 'id4' } });
    await talk.refuses(store.get('k'), '404 NoSuchKey 0026-00000001');
    await talk.refuses(store.get('k', { versionId: deleted.res.headers['x-oss-version-id'] }), '405 MethodNotAllowed');
    await talk.shows(store.getBucketVersions({}),
      { status: 200, objects: [ { name: 'copy', url: 'http://oss/copy', lastModified: 'now', isLatest: true, versionId: 'id3', etag: '"149603E6C03516362A8DA23F624DB945"', type: 'Normal', size: 3, storageClass: 'Standard', owner: 'owner' }, { name: 'k', url: 'http://oss/k', lastModified: 'now', isLatest: false, versionId: 'id2', etag: '"22AF645D1859CB5CA6DA0C484F1F37EA"', type: 'Normal', size: 3, storageClass: 'Standard', owner: 'owner' }, { name: 'k', url: 'http://oss/k', lastModified: 'now', isLatest: false, versionId: 'id1', etag: '"149603E6C03516362A8DA23F624DB945"', type: 'Normal', size: 3, storageClass: 'Standard', owner: 'owner' }, { name: 'k', url: 'http://oss/k', lastModified: 'now', isLatest: false, versionId: 'null', etag: '"47D72B32B8DCBE31373A4C85E0B3C7C6"', type: 'Normal', size: 11, storageClass: 'Standard', owner: 'owner' } ], deleteMarker: [ { name: 'k', lastModified: 'now', versionId: 'id4', owner: 'owner' } ], prefixes: null, nextMarker: null, NextVersionIdMarker: null, nextKeyMarker: null, nextVersionIdMarker: null, isTruncated: false, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.getBucketVersions({ prefix: 'k', maxKeys: 2 }),
      { status: 200, objects: [ { name: 'k', url: 'http://oss/k', lastModified: 'now', isLatest: false, versionId: 'id2', etag: '"22AF645D1859CB5CA6DA0C484F1F37EA"', type: 'Normal', size: 3, storageClass: 'Standard', owner: 'owner' } ], deleteMarker: [ { name: 'k', lastModified: 'now', versionId: 'id4', owner: 'owner' } ], prefixes: null, nextMarker: 'k', NextVersionIdMarker: 'id2', nextKeyMarker: 'k', nextVersionIdMarker: 'id2', isTruncated: true, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.delete('k', { versionId: deleted.res.headers['x-oss-version-id'] }), { status: 204, headers: { 'x-oss-delete-marker': 'true', 'x-oss-version-id': 'id4' } });
    await talk.shows(store.deleteMulti([{ key: 'k', versionId }, { key: 'copy' }]),
      { status: 200, deleted: [ { Key: 'k', VersionId: 'id1' }, { Key: 'copy', DeleteMarker: 'true', DeleteMarkerVersionId: 'id5' } ], headers: { 'content-type': 'application/xml' } });
    await talk.refuses(store.get('k', { versionId }), '404 NoSuchVersion 0012-00000203');
  });
});
