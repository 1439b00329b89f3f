// The script with @huggingface/hub. Tags and skipping what has not changed are not its trade.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.HUB_CLIENT, "package.json"));
const hub = await import(pathToFileURL(require.resolve("@huggingface/hub")));

const job = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const credentials = { accessToken: process.env.HF_TOKEN, hubUrl: job.endpoint };
const repo = { type: "dataset", name: job.repo };
const secret = { type: "dataset", name: job.private };
const here = { repo, ...credentials };

const files = Object.fromEntries(
  readdirSync(job.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => [relative(job.folder, path).split(sep).join("/"), readFileSync(path)])
);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const status = async (call) => {
  try {
    await call();
    return "accepted";
  } catch (error) {
    return error.statusCode ?? String(error);
  }
};
const make = async (where, visibility) => {
  const code = await status(() => hub.createRepo({ repo: where, visibility, ...credentials }));
  return ["accepted", 409].includes(code) ? "one repository" : code;
};
const commits = async () => {
  const found = [];
  for await (const commit of hub.listCommits(here)) found.push(commit.oid);
  return found;
};
const upload = (contents, parentCommit) =>
  hub.uploadFiles({
    ...here,
    files: Object.entries(contents).map(([path, data]) => ({ path, content: new Blob([data]) })),
    commitTitle: "Upload",
    parentCommit,
  });
const download = async (path, revision) => {
  const blob = await hub.downloadFile({ ...here, path, revision });
  return blob && Buffer.from(await blob.arrayBuffer());
};

async function run() {
  const outcome = { "somebody is logged in": Boolean((await hub.whoAmI(credentials)).name) };
  await make(repo, "public");
  outcome["making a repository twice"] = await make(repo, "public");
  const before = await commits();
  const done = await upload(files, before[0]);
  const revision = done.commit.oid;
  outcome["commits by the upload"] = (await commits()).length - before.length;
  outcome["a stale parent"] = await status(() => upload({ "notes/late.txt": "late" }, before[0]));

  outcome["files listed"] = {};
  outcome["hashes listed"] = {};
  outcome["files downloaded at the tag"] = {};
  for await (const entry of hub.listFiles({ ...here, recursive: true, revision })) {
    if (!(entry.path in files)) continue;
    outcome["files listed"][entry.path] = entry.size;
    if (entry.lfs) outcome["hashes listed"][entry.path] = entry.lfs.oid;
    const content = await download(entry.path, revision);
    outcome["files downloaded at the tag"][entry.path] = sha256(content);
  }
  const parquet = "spoken_words/test-00000-of-00001.parquet";
  const blob = await hub.downloadFile({ ...here, path: parquet, revision });
  const tail = await blob.slice(blob.size - 8, blob.size).arrayBuffer();
  outcome["the last eight bytes"] = Buffer.from(tail).toString("hex");
  const absent = await download("nothing.txt", revision);
  outcome["a file that is not there"] = absent === null ? "not found" : "found";

  await make(secret, "private");
  const code = await status(() => hub.datasetInfo({ name: secret.name, hubUrl: job.endpoint }));
  const refused = [401, 404].includes(code);
  outcome["a private repository without a token"] = refused ? "refused" : code;
  return outcome;
}

try {
  console.log(JSON.stringify(await run()));
} finally {
  for (const where of [repo, secret]) {
    await status(() => hub.deleteRepo({ repo: where, ...credentials }));
  }
}
