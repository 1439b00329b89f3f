// Rows read by @huggingface/hub, hyparquet and libFLAC compiled to JavaScript:
// node by_javascript.mjs REPO REVISION INSTANCE ... Prints what by_datasets.py prints.
import { downloadFile } from "@huggingface/hub";
import { parquetReadObjects } from "hyparquet";
import flac from "libflacjs";
import { Decoder } from "libflacjs/lib/decoder.js";
import { createHash } from "node:crypto";

const [name, revision, ...instances] = process.argv.slice(2);
const where = { repo: { type: "dataset", name }, revision, hubUrl: process.env.HF_ENDPOINT };
const read = async (path) => (await downloadFile({ ...where, path })).arrayBuffer();

const library = flac();
if (!library.isReady()) await new Promise((ready) => library.on("ready", ready));

function sound(bytes) {
  const decoder = new Decoder(library);
  if (!decoder.decode(bytes)) throw new Error("a clip cannot be decoded");
  const samples = decoder.getSamples(true); // interleaved, little-endian, 16 bit
  const { sampleRate, channels, bitsPerSample } = decoder.metadata;
  decoder.destroy();
  if (bitsPerSample !== 16) throw new Error(`${bitsPerSample} bits`);
  return createHash("sha256").update(`${sampleRate} ${channels}\n`).update(samples).digest("hex");
}

const value = (cell) => (cell?.bytes ? sound(cell.bytes) : cell);

const manifest = JSON.parse(new TextDecoder().decode(await read("manifest.json")));
const files = Object.fromEntries(manifest.instances.map((entry) => [entry.instance, entry.files]));
const found = { rows: {}, columns: {} };
for (const instance of instances) {
  found.rows[instance] = [];
  for (const { path } of files[instance]) {
    const rows = await parquetReadObjects({ file: await read(path), utf8: false });
    found.columns[instance] = Object.keys(rows[0]);
    for (const row of rows) {
      found.rows[instance].push(Object.values(row).map(value));
    }
  }
}
console.log(JSON.stringify(found));
