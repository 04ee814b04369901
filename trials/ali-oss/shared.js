// What the trials of ali-oss have in common: clients for both signatures, and the comparison of whole answers.
'use strict';

const assert = require('node:assert/strict');
const { describe } = require('node:test');
const OSS = require('ali-oss');

const endpointOf = (version) => {
  const endpoint = process.env[`OSS_ENDPOINT_${version}`];
  assert.ok(endpoint, 'OSS_ENDPOINT_V1 and OSS_ENDPOINT_V4 name the servers: go test ./... in trials/ sets them');
  return endpoint;
};

// To an IP address ali-oss sends "Host: trial.oss-cn-hangzhou.aliyuncs.com", so that the requests come as they do to OSS.
const client = (options) => new OSS({
  region: 'oss-cn-hangzhou', accessKeyId: 'local-id', accessKeySecret: 'local-secret', ...options,
});

const unequalHeaders = ['connection', 'content-length', 'date', 'keep-alive', 'server', 'x-oss-request-id', 'x-oss-server-time'];
const idName = /^(next-?)?(x-oss-(copy-source-)?version-?id|upload-?id(-?marker)?|version-?id(-?marker)?|continuation-?token|x-oss-delete-marker-version-id|deletemarkerversionid)$/i;

const isNow = (text) => /^(\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT|\d{10})$/.test(text) &&
  Math.abs((/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)) - Date.now()) < 3600_000;

// Talk compares answers as a whole: what the SDK reads, and the headers. Times of now and ids have stand-ins.
class Talk {
  constructor(store, endpoint) {
    this.store = store;
    this.endpoint = endpoint;
    this.ids = new Map();
  }

  id(value) {
    if (!this.ids.has(value)) {
      this.ids.set(value, `id${this.ids.size + 1}`);
    }
    return this.ids.get(value);
  }

  masked(name, value) {
    if (Buffer.isBuffer(value)) {
      return value.toString();
    }
    if (Array.isArray(value)) {
      return value.map((inner) => this.masked(name, inner));
    }
    if (value !== null && typeof value === 'object') {
      const { id, displayName, ID, DisplayName } = value;
      if (/^owner$/i.test(name) && (id || ID) && id === displayName && ID === DisplayName) {
        return 'owner';
      }
      return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).map(([field, inner]) => [field, this.masked(field, inner)]));
    }
    if (typeof value === 'string') {
      if (isNow(value)) {
        return 'now';
      }
      if (idName.test(name) && value !== '' && value !== 'null') {
        return this.id(value);
      }
      return value.replace(this.endpoint, 'http://oss');
    }
    return value;
  }

  shown({ res, ...fields }) {
    assert.ok(res.headers['x-oss-request-id'], 'a request ID');
    const headers = Object.fromEntries(Object.entries(res.headers).filter(([name]) => !unequalHeaders.includes(name)));
    return this.masked('', { status: res.status, ...fields, headers });
  }

  // shows compares an answer with what is wanted.
  async shows(answer, want) {
    assert.deepEqual(this.shown(await answer), want);
  }

  // refuses compares the status, code and EC of a refusal.
  async refuses(answer, want) {
    await assert.rejects(answer, (err) => {
      assert.equal([err.status, err.code, err.ecCode].filter(Boolean).join(' '), want);
      return true;
    });
  }
}

// eachVersion has a bucket of its own for each signature.
const eachVersion = (bucket, trials) => {
  for (const version of ['V1', 'V4']) {
    describe(`signature ${version}`, () => {
      const endpoint = endpointOf(version);
      const open = () => client({ endpoint, bucket, authorizationV4: version === 'V4' });
      // Each test has a client and stand-ins for ids of its own.
      const begin = async () => {
        const talk = new Talk(open(), endpoint);
        await talk.store.putBucket(bucket);
        return talk;
      };
      trials(begin, version);
    });
  }
};

module.exports = { client, eachVersion };
