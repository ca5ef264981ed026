// The package as its users get it: packed, and installed from the tarball into a project of their own.

import { execFile } from "node:child_process";
import { after } from "node:test";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../support/surroundings.mjs";

export const exec = promisify(execFile);

const modules = join(root, "tests/node_modules");

after(async () => packed && rm(dirname((await packed).tarball), { recursive: true, force: true }));

/** A development dependency's own command, without the project having to install it. @param {string} script */
export const tool = (script) => join(modules, script);

/** What `npm pack` of pkg/ makes, in a folder. @param {string} folder */
export async function pack(folder) {
  const { stdout } = await exec("npm", ["pack", join(root, "pkg"), "--json", "--pack-destination", folder]);
  // npm 7 to 11 print a list, later ones an object by name.
  const [packed] = /** @type {{ filename: string, files: { path: string }[] }[]} */ (Object.values(JSON.parse(stdout)));
  return { tarball: join(folder, packed.filename), files: packed.files.map((file) => file.path).sort() };
}

/** What all the projects of a file install. @type {ReturnType<typeof pack> | undefined} */
let packed;

/**
 * A project with the package installed and nothing configured, gone again after the test.
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} files
 * @param {string} [beside] a folder whose packages the project finds
 */
export async function project(t, files, beside = tmpdir()) {
  const folder = await mkdtemp(join(beside, "tillside-project-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { tarball } = await (packed ??= pack(await mkdtemp(join(tmpdir(), "tillside-pack-"))));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await exec("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: folder });
  return folder;
}
