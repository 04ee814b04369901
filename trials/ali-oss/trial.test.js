// ali-oss, a client that nobody here wrote, against the local OSS server that OSS_ENDPOINT names. The bucket is
// "trial"; the keys are those the server has without flags, besides a temporary one in OSS_STS_ENDPOINT's server.
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, describe, mock, test } = require('node:test');
const OSS = require('ali-oss');

const bucket = 'trial';
const endpoint = process.env.OSS_ENDPOINT;
const stsEndpoint = process.env.OSS_STS_ENDPOINT;
assert.ok(endpoint && stsEndpoint, 'OSS_ENDPOINT and OSS_STS_ENDPOINT name the servers: go test ./... in trials/ sets them');

// To an IP address ali-oss sends "Host: trial.oss-cn-hangzhou.aliyuncs.com", so that the requests come as they do to OSS.
const client = (options) => new OSS({
  endpoint, region: 'oss-cn-hangzhou', bucket, accessKeyId: 'local-id', accessKeySecret: 'local-secret', ...options,
});

// A receiver of callbacks keeps what it got and answers as the path says.
const received = [];
let receiver;
let receiverURL;
before(async () => {
  receiver = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      received.push({ url: req.url, headers: req.headers, body: Buffer.concat(chunks).toString() });
      const status = req.url.startsWith('/fail') ? 500 : 200;
      const body = JSON.stringify({ path: req.url });
      res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
      res.end(body);
    });
  });
  await new Promise((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
  receiverURL = `http://127.0.0.1:${receiver.address().port}`;
});
after(() => receiver.close());

for (const version of ['V1', 'V4']) {
  describe(`signature ${version}`, () => {
    const store = client({ authorizationV4: version === 'V4' });
    const key = (name) => `${version}/${name}`;

    test('put with metadata, head, get, putMeta, copy, list, delete', async () => {
      const name = key('ü +&#?.txt');
      await store.put(name, Buffer.from('hello'), { meta: { owner: 'alice', 'cost-center': '42' }, mime: 'text/x-trial', headers: { 'Cache-Control': 'no-cache' } });
      const head = await store.head(name);
      assert.deepEqual(head.meta, { owner: 'alice', 'cost-center': '42' });
      assert.equal(head.res.headers['content-type'], 'text/x-trial');
      assert.equal(head.res.headers['cache-control'], 'no-cache');
      assert.equal(head.res.headers['x-oss-hash-crc64ecma'], '11177612005948864433');
      assert.equal((await store.get(name)).content.toString(), 'hello');

      await store.putMeta(name, { owner: 'bob' });
      const changed = await store.head(name);
      assert.deepEqual(changed.meta, { owner: 'bob' });
      assert.equal(changed.res.headers['cache-control'], undefined, 'a copy onto itself replaces all metadata');

      await store.copy(key('copy'), name);
      assert.deepEqual((await store.head(key('copy'))).meta, { owner: 'bob' });
      const list = await store.listV2({ prefix: `${version}/`, 'max-keys': '100' });
      assert.ok(list.objects.some((o) => o.name === name), 'listed');
      await store.delete(name);
      await assert.rejects(store.head(name), { status: 404, code: 'NoSuchKey' });
      await assert.rejects(store.get(name), { status: 404, code: 'NoSuchKey' });
    });

    test('tags and ACL', async () => {
      await store.put(key('tagged'), Buffer.from('x'));
      await store.putObjectTagging(key('tagged'), { a: 'b c' });
      assert.deepEqual((await store.getObjectTagging(key('tagged'))).tag, { a: 'b c' });
      await store.putACL(key('tagged'), 'public-read');
      assert.equal((await store.getACL(key('tagged'))).acl, 'public-read');
    });

    test('put with a callback', async () => {
      const result = await store.put(key('called'), Buffer.from('hello'), {
        callback: {
          url: `${receiverURL}/done`, host: 'callback.example.com', contentType: 'application/x-www-form-urlencoded',
          body: 'bucket=${bucket}&object=${object}&size=${size}&owner=${x:owner}', customValue: { owner: 'a&b', n: 1 },
        },
      });
      assert.deepEqual(result.data, { path: '/done' });
      const { body, headers } = received.at(-1);
      assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), { bucket, object: key('called'), size: '5', owner: 'a&b' });
      assert.equal(headers.host, 'callback.example.com');
      assert.ok(headers.authorization && headers['x-oss-pub-key-url'], 'signed');
    });

    test('a callback that fails leaves the object', async () => {
      const options = { callback: { url: `${receiverURL}/fail`, body: 'a=b' } };
      await assert.rejects(store.put(key('failed'), Buffer.from('hello'), options), { status: 203, code: 'CallbackFailed' });
      assert.equal((await store.head(key('failed'))).status, 200);
    });

    test('multipartUpload with progress and callback', async () => {
      const progress = [];
      const data = Buffer.alloc(250 * 1024, 'multipart ');
      const result = await store.multipartUpload(key('large'), data, {
        partSize: 100 * 1024, parallel: 2, meta: { owner: 'carol' }, progress: (done) => { progress.push(done); },
        callback: { url: `${receiverURL}/large`, contentType: 'application/json', body: '{"operation":${operation},"size":${size},"n":${x:n}}', customValue: { n: 7 } },
      });
      assert.deepEqual(result.data, { path: '/large' });
      assert.deepEqual(JSON.parse(received.at(-1).body), { operation: 'CompleteMultipartUpload', size: data.length, n: '7' });
      assert.equal(progress.at(-1), 1);
      const got = await store.get(key('large'));
      assert.ok(data.equals(got.content), 'the same bytes');
      assert.equal(got.res.headers['x-oss-meta-owner'], 'carol');
    });

    test('signed URLs with fetch', async () => {
      // No Host header can name the bucket in a URL, so that it has to stand in the path. For V4 the SDK puts it there; for V1,
      // which signs no host, it is moved there.
      const { host, port } = new URL(endpoint);
      const signer = version === 'V4' ? client({ sldEnable: true }) : client({ endpoint: `http://localhost:${port}` });
      const sign = async (method, options) => (version === 'V4'
        ? signer.signatureUrlV4(method, 60, { headers: options.headers }, key('signed'))
        : signer.signatureUrl(key('signed'), { method, expires: 60, ...options }).replace(`${bucket}.localhost:${port}`, `${host}/${bucket}`));
      const type = { 'Content-Type': 'text/plain' };
      const put = await fetch(await sign('PUT', version === 'V4' ? { headers: type } : type), { method: 'PUT', headers: type, body: 'signed' });
      assert.equal(put.status, 200, await put.text());
      const get = await fetch(await sign('GET', {}));
      assert.equal(await get.text(), 'signed');
      const bad = await fetch((await sign('GET', {})).replace(/(ignature=)../, '$1xx'));
      assert.equal(bad.status, 403);
    });

    test('a form', async () => {
      const form = new FormData();
      form.set('key', key('form-${filename}'));
      form.set('success_action_status', '201');
      form.set('x-oss-meta-owner', 'dave');
      const now = new Date();
      const policy = { expiration: new Date(now.getTime() + 60_000).toISOString(), conditions: [{ bucket }, ['starts-with', '$key', `${version}/`], ['content-length-range', 1, 10]] };
      if (version === 'V4') {
        const date = now.toISOString().replace(/[-:]|\.\d+/g, '');
        const fields = {
          'x-oss-signature-version': 'OSS4-HMAC-SHA256', 'x-oss-date': date,
          'x-oss-credential': `local-id/${date.slice(0, 8)}/cn-hangzhou/oss/aliyun_v4_request`,
        };
        for (const [name, value] of Object.entries(fields)) {
          policy.conditions.push({ [name]: value });
          form.set(name, value);
        }
        form.set('policy', Buffer.from(JSON.stringify(policy)).toString('base64'));
        form.set('x-oss-signature', store.signPostObjectPolicyV4(policy, now));
      } else {
        for (const [name, value] of Object.entries(store.calculatePostSignature(policy))) {
          form.set(name, value);
        }
      }
      form.set('file', new Blob(['form data'], { type: 'text/x-form' }), 'päge.txt');
      const answer = await fetch(`${endpoint}/${bucket}/`, { method: 'POST', body: form });
      const text = await answer.text();
      assert.equal(answer.status, 201, text);
      assert.match(text, /<Key>V\d\/form-päge\.txt<\/Key>/);
      const head = await store.head(key('form-päge.txt'));
      assert.deepEqual([head.meta.owner, head.res.headers['content-type']], ['dave', 'text/x-form']);
      form.set('file', new Blob(['more than ten bytes']), 'p.txt');
      assert.equal((await fetch(`${endpoint}/${bucket}/`, { method: 'POST', body: form })).status, 400);
    });

    test('CORS', async () => {
      const rules = [
        { allowedOrigin: 'https://a.example.com', allowedMethod: ['GET', 'PUT'], allowedHeader: '*', exposeHeader: ['ETag', 'x-oss-meta-owner'], maxAgeSeconds: '60' },
        { allowedOrigin: '*', allowedMethod: 'GET' },
      ];
      await store.putBucketCORS(bucket, rules);
      const got = await store.getBucketCORS(bucket);
      assert.equal(got.rules.length, 2);
      assert.deepEqual(got.rules[0].allowedMethod, ['GET', 'PUT']);
      assert.equal(got.rules[0].maxAgeSeconds, '60');
      await store.put(key('cors'), Buffer.from('x'), { headers: { 'x-oss-object-acl': 'public-read' } });
      const real = await fetch(`${endpoint}/${bucket}/${key('cors')}`, { headers: { Origin: 'https://a.example.com' } });
      assert.equal(real.headers.get('access-control-allow-origin'), 'https://a.example.com');
      await store.deleteBucketCORS(bucket);
      await assert.rejects(store.getBucketCORS(bucket), { code: 'NoSuchCORSConfiguration' });
    });

    test('a temporary key', async () => {
      const options = { endpoint: stsEndpoint, authorizationV4: version === 'V4' };
      const temporary = client({ ...options, stsToken: 'trial-token' });
      await temporary.put(key('sts'), Buffer.from('x'));
      assert.equal((await temporary.head(key('sts'))).status, 200);
      await assert.rejects(client(options).put(key('sts'), Buffer.from('x')), { status: 403, code: 'InvalidAccessKeyId' });
      await assert.rejects(client({ ...options, stsToken: 'other' }).put(key('sts'), Buffer.from('x')), { status: 403, code: 'InvalidSecurityToken' });
    });

    test('a wrong secret', async () => {
      const wrong = client({ authorizationV4: version === 'V4', accessKeySecret: 'wrong' });
      await assert.rejects(wrong.put(key('k'), Buffer.from('x')), { status: 403, code: 'SignatureDoesNotMatch' });
    });
  });
}

// What Terraform has signed: ali-oss signs the same at the same time, and its own client can use it.
test('what Terraform hands out', async () => {
  const { put, get, one } = JSON.parse(process.env.OSS_HANDED);
  const store = client({ authorizationV4: true });
  const time = (text) => new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));

  const policy = JSON.parse(Buffer.from(one.fields.policy, 'base64').toString());
  assert.equal(store.signPostObjectPolicyV4(policy, time(one.fields['x-oss-date'])), one.fields['x-oss-signature']);

  for (const [method, { url, headers }] of Object.entries({ PUT: put, GET: get })) {
    const signed = new URL(url);
    const query = Object.fromEntries(signed.searchParams);
    const queries = Object.fromEntries(Object.entries(query).filter(([name]) => name.startsWith('response-')));
    const additional = (query['x-oss-additional-headers'] || '').split(';').filter(Boolean);
    mock.timers.enable({ apis: ['Date'], now: time(query['x-oss-date']) });
    const theirs = new URL(await store.signatureUrlV4(method, Number(query['x-oss-expires']), { headers, queries }, 'handed/ü k+.txt', additional));
    mock.timers.reset();
    assert.deepEqual(Object.fromEntries(theirs.searchParams), query, method);
  }

  const stored = await store.urllib.request(put.url, { method: 'PUT', headers: put.headers, data: Buffer.from('hello') });
  assert.equal(stored.status, 200, stored.data.toString());
  assert.deepEqual((await store.head('handed/ü k+.txt')).meta, { owner: 'alice' });
  const read = await store.urllib.request(get.url);
  assert.equal(read.data.toString(), 'hello');
  assert.equal(read.headers['content-disposition'], 'attachment; filename="a b+c.txt"');

  const form = new FormData();
  for (const [name, value] of Object.entries(one.fields)) {
    form.set(name, value);
  }
  form.set('file', new Blob(['form data']), 'f.txt');
  assert.equal((await fetch(one.url, { method: 'POST', body: form })).status, 204);
  form.set('x-oss-meta-owner', 'mallory');
  assert.equal((await fetch(one.url, { method: 'POST', body: form })).status, 403);
});
