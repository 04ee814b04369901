const at = (id) => document.getElementById(id);
const buttons = ["upload", "read", "save"];

let signed;

// A mistake that this page knows the words for.
class Plain extends Error {}

async function getSigned() {
  let answer;
  try {
    answer = await fetch("form.json", { cache: "no-store" });
  } catch {
    throw new Plain("form.json cannot be loaded. Is the server that this page came from still running?");
  }
  if (!answer.ok) {
    throw new Plain(`form.json cannot be loaded: the server answered ${answer.status}. Has Terraform applied oss_object.form?`);
  }
  return answer.json();
}

function file() {
  const chosen = at("file").files[0];
  if (chosen) {
    return chosen;
  }
  switch (at("sample").value) {
    case "page":
      return new File(["<p>Hello</p>\n"], "hello.html", { type: "text/html" });
    case "large":
      return new File([new Uint8Array(2 * 1024 * 1024)], "large.txt", { type: "text/plain" });
    default:
      return new File(["Hello from the form.\n"], "hello.txt", { type: "text/plain" });
  }
}

// A request to the data bucket. The browser keeps the reason of a refusal from scripts: CORS and a dead connection look the same.
async function ask(url, options) {
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Plain("The browser did not let this page have an answer. Either the CORS rules of the bucket do not allow " +
      `${location.origin} to do this (see oss_bucket_cors.data), or the bucket cannot be reached. The browser's console says which.`);
  }
  if (!answer.ok) {
    throw new Plain(refusal(new DOMParser().parseFromString(await answer.text(), "application/xml")));
  }
  return answer;
}

// What OSS says, for a person.
function refusal(document) {
  const part = (name) => document.querySelector(name)?.textContent ?? "";
  const hints = {
    EntityTooLarge: "The file is larger than the form allows.",
    EntityTooSmall: "The file is smaller than the form allows.",
    NoSuchKey: "Nothing was uploaded yet.",
    SignatureDoesNotMatch: "What was sent is not what Terraform signed.",
  };
  let hint = hints[part("Code")] ?? "";
  if (part("Message").includes("$content-type")) {
    hint = "The form does not allow files of this type.";
  } else if (/expired/i.test(part("Message"))) {
    hint = "The form and the URL are too old. Apply again with another form_version.";
  }
  return `${hint ? `${hint} ` : ""}${part("Code")}: ${part("Message")}`;
}

const actions = {
  // Each field as it was signed, the type of the file, and the file last.
  async upload() {
    const form = new FormData();
    for (const [name, value] of Object.entries(signed.form.fields)) {
      form.set(name, value);
    }
    form.set("Content-Type", file().type);
    form.set("file", file());
    await ask(signed.form.url, { method: "POST", body: form });
    return "The file is stored, with the metadata that the form demands.";
  },

  async read() {
    const answer = await ask(signed.download.url, { headers: signed.download.headers });
    const body = await answer.blob();
    at("people").textContent = answer.headers.get("x-oss-meta-people") ?? "null";
    at("type").textContent = answer.headers.get("content-type");
    at("size").textContent = body.size;
    at("text").textContent = (await body.text()).slice(0, 200);
    return "The script has read the object by the URL.";
  },

  async save() {
    location.assign(signed.download.url);
    return "The browser saves what the URL leads to, under the name that the URL gives it.";
  },
};

function tell(state, title, message) {
  const words = { idle: "ready", busy: "working", done: "done", failed: "failed" };
  at("state").dataset.state = state;
  at("state").textContent = words[state];
  at("title").textContent = title;
  at("message").textContent = message;
  document.body.classList.toggle("failed", state === "failed");
}

let runs = 0;

async function run(id) {
  const title = at(id).querySelector("b").textContent;
  for (const other of buttons) {
    at(other).disabled = true;
  }
  for (const cell of ["people", "type", "size", "text"]) {
    at(cell).textContent = "–";
  }
  tell("busy", title, "");
  try {
    tell("done", title, await actions[id]());
  } catch (error) {
    console.error(error);
    tell("failed", title, error.message);
  }
  for (const other of buttons) {
    at(other).disabled = false;
  }
  document.body.dataset.runs = ++runs;
}

try {
  signed = await getSigned();
  at("until").textContent = new Date(signed.until).toLocaleString();
  at("key").textContent = signed.form.fields.key;
  for (const id of buttons) {
    at(id).addEventListener("click", () => run(id));
    at(id).disabled = false;
  }
  tell("idle", "Choose what to do", `The form goes to ${signed.form.url}`);
} catch (error) {
  tell("failed", "Not ready", error.message);
}
