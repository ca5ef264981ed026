// The types, as a TypeScript project sees them.

import test from "node:test";
import { exec, project, tool } from "./package.mjs";

const SHOP = `
  import { Tillside, type Shelf } from "tillside";
  const till = await Tillside.open({ model: "/model/manifest.json", consent: { personalisation: true } });
  const shelf: Shelf = till.recommend({ placement: "home", limit: 12 });
  for (const item of shelf.items) console.log(item.id, item.reasons[0].text);
  // @ts-expect-error: a placement that does not exist
  till.recommend({ placement: "attic" });
`;

for (const [name, module, resolution] of [
  ["Node", "nodenext", "nodenext"],
  ["a bundler", "esnext", "bundler"],
]) {
  test(`a TypeScript project resolves the types as ${name} does`, async (t) => {
    const folder = await project(t, { "package.json": `{ "type": "module" }`, "main.ts": SHOP });
    const flags = ["--noEmit", "--strict", "--target", "es2022", "--module", module, "--moduleResolution", resolution];
    await exec(process.execPath, [tool("typescript/bin/tsc"), ...flags, "main.ts"], { cwd: folder }).catch((error) => {
      throw new Error(error.stdout || error.message);
    });
  });
}
