'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { eachVersion } = require('./shared');

const partSize = 100 * 1024; // the least that a part has which is not the last

eachVersion('multipart', (begin) => {
  const key = 'dir/ü +.bin';

  test('initiate, upload, list, complete', async () => {
    const talk = await begin();
    const { store } = talk;
    const data = Buffer.concat([Buffer.alloc(partSize, 'a'), Buffer.from('hello')]);
    const begun = await store.initMultipartUpload(key, { mime: 'text/x-trial', meta: { owner: 'alice' }, headers: { 'x-oss-storage-class': 'IA' } });
    await talk.shows(begun, { status: 200, bucket: 'multipart', name: 'dir/ü +.bin', uploadId: 'id1', headers: { 'content-type': 'application/xml' } });
    const { uploadId } = begun;
    const first = await store.uploadPart(key, uploadId, 1, data, 0, partSize);
    await talk.shows(first,
      { status: 200, name: 'dir/ü +.bin', etag: '"302D3A0C8E319EAA95B059B346DE1D1D"', headers: { 'content-md5': 'MC06DI4xnqqVsFmzRt4dHQ==', etag: '"302D3A0C8E319EAA95B059B346DE1D1D"', 'x-oss-hash-crc64ecma': '12696911168479852064' } });
    const last = await store.uploadPart(key, uploadId, 2, data, partSize, data.length);
    await talk.shows(last,
      { status: 200, name: 'dir/ü +.bin', etag: '"5D41402ABC4B2A76B9719D911017C592"', headers: { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==', etag: '"5D41402ABC4B2A76B9719D911017C592"', 'x-oss-hash-crc64ecma': '11177612005948864433' } });
    await talk.shows(store.listParts(key, uploadId),
      { status: 200, uploadId: 'id1', bucket: 'multipart', name: 'dir/ü +.bin', partNumberMarker: '0', nextPartNumberMarker: '2', maxParts: '1000', isTruncated: 'false', parts: [ { PartNumber: '1', LastModified: 'now', ETag: '"302D3A0C8E319EAA95B059B346DE1D1D"', HashCrc64ecma: '12696911168479852064', Size: '102400' }, { PartNumber: '2', LastModified: 'now', ETag: '"5D41402ABC4B2A76B9719D911017C592"', HashCrc64ecma: '11177612005948864433', Size: '5' } ], headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listParts(key, uploadId, { 'max-parts': 1 }),
      { status: 200, uploadId: 'id1', bucket: 'multipart', name: 'dir/ü +.bin', partNumberMarker: '0', nextPartNumberMarker: '1', maxParts: '1', isTruncated: 'true', parts: { PartNumber: '1', LastModified: 'now', ETag: '"302D3A0C8E319EAA95B059B346DE1D1D"', HashCrc64ecma: '12696911168479852064', Size: '102400' }, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listParts(key, uploadId, { 'part-number-marker': 1 }),
      { status: 200, uploadId: 'id1', bucket: 'multipart', name: 'dir/ü +.bin', partNumberMarker: '1', nextPartNumberMarker: '2', maxParts: '1000', isTruncated: 'false', parts: { PartNumber: '2', LastModified: 'now', ETag: '"5D41402ABC4B2A76B9719D911017C592"', HashCrc64ecma: '11177612005948864433', Size: '5' }, headers: { 'content-type': 'application/xml' } });
    await talk.refuses(store.completeMultipartUpload(key, uploadId, [{ number: 1, etag: '"0"' }]), '400 InvalidPart 0042-00000212');
    await talk.shows(store.completeMultipartUpload(key, uploadId, [{ number: 1, etag: first.etag }, { number: 2, etag: last.etag }]),
      { status: 200, bucket: 'multipart', name: 'dir/ü +.bin', etag: '"666B2DEED38C68BD9F40C2C617CBD99C-2"', headers: { 'content-type': 'application/xml', etag: '"666B2DEED38C68BD9F40C2C617CBD99C-2"', 'x-oss-hash-crc64ecma': '17953958192002549168' } });
    await talk.shows(store.head(key),
      { status: 200, meta: { owner: 'alice' }, headers: { 'accept-ranges': 'bytes', 'content-type': 'text/x-trial', etag: '"666B2DEED38C68BD9F40C2C617CBD99C-2"', 'last-modified': 'now', 'x-oss-hash-crc64ecma': '17953958192002549168', 'x-oss-object-type': 'Multipart', 'x-oss-storage-class': 'IA', 'x-oss-meta-owner': 'alice' } });
    assert.ok(data.equals((await store.get(key)).content), 'the same bytes');
    await talk.refuses(store.listParts(key, uploadId), '404 NoSuchUpload 0042-00000002');
    await talk.refuses(store.abortMultipartUpload(key, uploadId), '404 NoSuchUpload 0042-00000002');
  });

  test('multipartUpload, multipartUploadCopy, uploadPartCopy', async () => {
    const talk = await begin();
    const { store } = talk;
    const data = Buffer.alloc(250 * 1024, 'multipart ');
    await talk.shows(store.multipartUpload('large', data, { partSize, parallel: 2, meta: { owner: 'alice' } }),
      { status: 200, bucket: 'multipart', name: 'large', etag: '"23F94FDE3B65AA845264A3BC241FC06C-3"', headers: { 'content-type': 'application/xml', etag: '"23F94FDE3B65AA845264A3BC241FC06C-3"', 'x-oss-hash-crc64ecma': '11234374032226711571' } });
    await talk.shows(store.multipartUploadCopy('copied', { sourceKey: 'large', sourceBucketName: 'multipart' }, { partSize, parallel: 2 }),
      { status: 200, bucket: 'multipart', name: 'copied', etag: '"23F94FDE3B65AA845264A3BC241FC06C-3"', headers: { 'content-type': 'application/xml', etag: '"23F94FDE3B65AA845264A3BC241FC06C-3"', 'x-oss-hash-crc64ecma': '11234374032226711571' } });
    assert.ok(data.equals((await store.get('copied')).content), 'the same bytes');
    await talk.shows(store.multipartUploadCopy('small', { sourceKey: 'large', sourceBucketName: 'multipart', startOffset: 0, endOffset: partSize }, { partSize }),
      { status: 200, bucket: 'multipart', name: 'small', etag: '"D715913F69F2F59B635E52730288B2E2-1"', headers: { 'content-type': 'application/xml', etag: '"D715913F69F2F59B635E52730288B2E2-1"', 'x-oss-hash-crc64ecma': '782850152459647154' } });
    const { uploadId } = await store.initMultipartUpload('ranged');
    talk.id(uploadId);
    const source = { sourceKey: 'large', sourceBucketName: 'multipart' };
    const part = await store.uploadPartCopy('ranged', uploadId, 1, '0-8', source);
    await talk.shows(part,
      { status: 200, name: 'ranged', etag: '"A2D3206C19C891D5FF9DB08FF2497F16"', headers: { 'content-type': 'application/xml', etag: '"A2D3206C19C891D5FF9DB08FF2497F16"', 'x-oss-hash-crc64ecma': '6201236542798280715' } });
    await talk.refuses(store.uploadPartCopy('ranged', uploadId, 1, '0-9', { sourceKey: 'none', sourceBucketName: 'multipart' }), '404 NoSuchKey 0026-00000001');
    await talk.shows(store.completeMultipartUpload('ranged', uploadId, [{ number: 1, etag: part.etag }]),
      { status: 200, bucket: 'multipart', name: 'ranged', etag: '"95055EC92B682207B537527E74C9489C-1"', headers: { 'content-type': 'application/xml', etag: '"95055EC92B682207B537527E74C9489C-1"', 'x-oss-hash-crc64ecma': '6201236542798280715' } });
    assert.equal((await store.get('ranged')).content.toString(), 'multipart');
  });
});

eachVersion('uploads', (begin) => {
  test('listUploads, abort', async () => {
    const talk = await begin();
    const { store } = talk;
    await talk.shows(store.listUploads({ 'max-uploads': 10 }),
      { status: 200, uploads: [], bucket: 'uploads', nextKeyMarker: '', nextUploadIdMarker: '', isTruncated: false, headers: { 'content-type': 'application/xml' } });
    const ids = [];
    for (const name of ['a&b', 'dir/b', 'dir/c']) {
      const { uploadId } = await store.initMultipartUpload(name);
      talk.id(uploadId);
      ids.push(uploadId);
    }
    await talk.shows(store.listUploads({ 'max-uploads': 10 }),
      { status: 200, uploads: [ { name: 'a&b', uploadId: 'id1', initiated: 'now' }, { name: 'dir/b', uploadId: 'id2', initiated: 'now' }, { name: 'dir/c', uploadId: 'id3', initiated: 'now' } ], bucket: 'uploads', nextKeyMarker: 'dir/c', nextUploadIdMarker: 'id3', isTruncated: false, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listUploads({ prefix: 'dir/', 'max-uploads': 1 }),
      { status: 200, uploads: [ { name: 'dir/b', uploadId: 'id2', initiated: 'now' } ], bucket: 'uploads', nextKeyMarker: 'dir/b', nextUploadIdMarker: 'id2', isTruncated: true, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.listUploads({ 'key-marker': 'dir/b', 'max-uploads': 10 }),
      { status: 200, uploads: [ { name: 'dir/c', uploadId: 'id3', initiated: 'now' } ], bucket: 'uploads', nextKeyMarker: 'dir/c', nextUploadIdMarker: 'id3', isTruncated: false, headers: { 'content-type': 'application/xml' } });
    await talk.shows(store.abortMultipartUpload('a&b', ids[0]), { status: 204, headers: {} });
    await talk.refuses(store.abortMultipartUpload('a&b', ids[0]), '404 NoSuchUpload 0042-00000002');
    await store.abortMultipartUpload('dir/b', ids[1]);
    await store.abortMultipartUpload('dir/c', ids[2]);
    await talk.shows(store.listUploads({ 'max-uploads': 10 }),
      { status: 200, uploads: [], bucket: 'uploads', nextKeyMarker: '', nextUploadIdMarker: '', isTruncated: false, headers: { 'content-type': 'application/xml' } });
  });
});
