/* global OSS */

const at = (id) => document.getElementById(id);
const buttons = ["upload", "modify", "query", "callback", "multipart"];

// The part size is the smallest that OSS takes, so that even the sample goes in several parts.
const partSize = 100 * 1024;
const sampleSize = 1024 * 1024;

let config;

// A mistake that this page knows the words for.
class Plain extends Error {}

async function getConfig() {
  let answer;
  try {
    answer = await fetch("config.json", { cache: "no-store" });
  } catch {
    throw new Plain("config.json cannot be loaded. Is the server that this page came from still running?");
  }
  if (!answer.ok) {
    throw new Plain(`config.json cannot be loaded: the server answered ${answer.status}. Has Terraform applied oss_object.config?`);
  }
  return answer.json();
}

async function getToken() {
  let answer;
  try {
    answer = await fetch(config.token_url, { cache: "no-store" });
  } catch {
    throw new Plain(`The token endpoint ${config.token_url} does not answer this page. Does it run, and was it started with --origin ${location.origin}?`);
  }
  if (!answer.ok) {
    throw new Plain(`The token endpoint ${config.token_url} gave no credentials: it answered ${answer.status} ${answer.statusText}.`);
  }
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret, SecurityToken: stsToken } = await answer.json();
  return { accessKeyId, accessKeySecret, stsToken };
}

async function newClient() {
  return new OSS({
    ...(await getToken()),
    authorizationV4: true,
    region: config.region,
    endpoint: config.endpoint,
    bucket: config.bucket,
    refreshSTSToken: getToken,
    refreshSTSTokenInterval: 5 * 60 * 1000,
  });
}

const key = () => at("key").value.trim();

function body(size) {
  const chosen = at("file").files[0];
  if (chosen) {
    return chosen;
  }
  if (!size) {
    return new Blob(["Hello from the browser.\n"], { type: "text/plain" });
  }
  return new Blob([new Uint8Array(size).map((_, i) => i % 251)], { type: "application/octet-stream" });
}

// What a click does before HEAD shows the outcome. Each returns the sentence that says what happened.
const actions = {
  async upload(client) {
    await client.put(key(), body(), { meta: { year: 2020, people: "eliot" } });
    return "The file is stored together with its metadata.";
  },

  // OSS has no call that changes metadata alone: this copies the object onto itself, without its bytes leaving OSS.
  async modify(client) {
    await client.putMeta(key(), { year: 2021, people: "evan" });
    return "The metadata is changed. The file was not sent again.";
  },

  async query() {
    return "This is what the object has now.";
  },

  async callback(client) {
    const result = await client.put(key(), body(), {
      meta: { year: 2020, people: "eliot" },
      callback: {
        url: config.callback_url,
        body: "bucket=${bucket}&object=${object}&size=${size}&mimeType=${mimeType}&year=${x:year}&people=${x:people}",
        contentType: "application/x-www-form-urlencoded",
        customValue: { year: "2020", people: "eliot" },
      },
    });
    at("answer-text").textContent = JSON.stringify(result.data, null, 2);
    at("answer").hidden = false;
    return "The file is stored, and OSS has called the receiver back, whose answer is below.";
  },

  async multipart(client) {
    let parts = 0;
    await client.multipartUpload(key(), body(sampleSize), {
      partSize,
      parallel: 3,
      meta: { year: 2020, people: "eliot" },
      progress: (share, checkpoint) => {
        progress(share);
        parts = checkpoint ? checkpoint.doneParts.length : parts;
      },
    });
    return parts > 0 ? `The file is stored; it went in ${parts} parts.` : "The file is stored; it was too small to go in parts.";
  },
};

// Every header goes through here: one that the rules do not expose is null to a script.
function show(id, value) {
  at(id).textContent = value === null ? "null" : value;
  at(id).classList.toggle("null", value === null);
}

async function head(client) {
  const { res } = await client.head(key());
  const header = (name) => res.headers[name] ?? null;
  at("head-key").textContent = key();
  show("year", header("x-oss-meta-year"));
  show("people", header("x-oss-meta-people"));
  show("etag", header("etag"));
  show("type", header("content-type"));
  show("size", header("content-length"));
  show("request", header("x-oss-request-id"));
}

function clear() {
  at("head-key").textContent = "…";
  for (const id of ["year", "people", "etag", "type", "size", "request"]) {
    at(id).textContent = "–";
    at(id).classList.remove("null");
  }
  at("answer").hidden = true;
  progress(0);
}

function progress(share) {
  const percent = Math.round(share * 100);
  at("bar").style.width = `${percent}%`;
  at("track").setAttribute("aria-valuenow", percent);
}

function tell(state, title, message) {
  const words = { idle: "ready", busy: "working", done: "done", failed: "failed" };
  at("state").dataset.state = state;
  at("state").textContent = words[state];
  at("title").textContent = title;
  at("message").textContent = message;
  document.body.classList.toggle("failed", state === "failed");
}

// What went wrong, for a person.
function explain(error) {
  if (error instanceof Plain) {
    return error.message;
  }
  // The browser keeps the reason from scripts: a refusal by CORS and a dead connection look the same from here.
  if (error.status === -1 || error.code === "RequestError") {
    return `The browser did not let this page have an answer of ${config.bucket}. Either the CORS rules of the bucket do not allow ${location.origin} to do this ` +
      "(see oss_bucket_cors.data), or the bucket cannot be reached. The browser's console says which.";
  }
  if (/expose-headers/.test(error.message)) {
    return "The page cannot read the ETag of a part it has sent, and without it the upload cannot be completed. Add ETag to expose_headers of the rule for PUT.";
  }
  const hints = {
    CallbackFailed: "The file is stored, but the receiver of the callback did not answer as OSS wants it.",
    NoSuchKey: "There is no object with this key yet. Upload one first.",
    AccessDenied: "The temporary key may not do this. Look at the policy of the role it was made for.",
    SecurityTokenExpired: "The temporary key is too old. Start the token endpoint with a new one.",
    InvalidAccessKeyId: "OSS does not know the temporary key. Start the token endpoint with a new one.",
    InvalidSecurityToken: "OSS does not accept the security token. Start the token endpoint with a new one.",
  };
  const hint = hints[error.code] ? `${hints[error.code]} ` : "";
  const id = error.requestId ? ` (request id ${error.requestId})` : "";
  return `${hint}${error.code ? `${error.code}: ` : ""}${error.message}${id}`;
}

let runs = 0;

async function run(id) {
  const title = at(id).querySelector("b").textContent;
  for (const other of buttons) {
    at(other).disabled = true;
  }
  clear();
  tell("busy", title, "");
  try {
    if (!key()) {
      throw new Plain("The object key is empty. Write one, such as notes/hello.txt.");
    }
    const client = await newClient();
    const words = await actions[id](client);
    await head(client);
    tell("done", title, words);
  } catch (error) {
    console.error(error);
    at("head-key").textContent = "no answer";
    tell("failed", title, explain(error));
  }
  for (const other of buttons) {
    at(other).disabled = false;
  }
  document.body.dataset.runs = ++runs;
}

try {
  config = await getConfig();
  at("bucket").textContent = config.bucket;
  for (const id of buttons) {
    at(id).addEventListener("click", () => run(id));
    at(id).disabled = false;
  }
  tell("idle", "Choose what to do", `Requests go to ${config.bucket} at ${config.endpoint}.`);
} catch (error) {
  tell("failed", "Not ready", explain(error));
}
