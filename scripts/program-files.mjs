// Bundles the program into a few files, so that a run reads what it needs: Node reads all of a file before it runs any of it.
// esbuild finds out which modules are reached together, and makes a piece of each such set; then the pieces of one file are
// bundled into it. Each module is in one file only, so that it may keep a state. Nothing is loaded before it is imported,
// and what is imported by `import()` is not before that is called.
import { basename } from 'node:path';
import { build } from 'esbuild';

/**
 * `files`: by a file's name the modules that it is for. A piece goes to the first file for one of whose modules it is
 * needed; all else goes to the last one. The first file begins with the program's entry. Returns names and texts.
 */
export async function programFiles({ options, plugins, files, banner }) {
  const names = Object.keys(files);
  const [first] = names;
  const [entry] = files[first];
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [entry],
    plugins,
    format: 'esm',
    splitting: true,
    chunkNames: '[name]-[hash]',
    outdir: 'pieces',
    metafile: true,
    write: false,
  });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const pieces = readPieces(metafile);
  const homes = homesOf(pieces, files);
  const start = [...pieces].find(([, { module }]) => module === entry)[0];
  return Promise.all(
    names.map(async (name) => {
      const own = [...pieces.keys()].filter((piece) => homes.get(piece) === name);
      const wanted = own.filter((piece) =>
        [...pieces].some(
          ([other, { needs, later }]) => homes.get(other) !== name && [...needs, ...later].includes(piece),
        ),
      );
      const lines = wanted.map(
        (piece) =>
          `exports[${JSON.stringify(piece)}] = () => require('./${piece}')${pieces.get(piece).isCommonJs ? '.default' : ''};`,
      );
      if (name === first) lines.push(`require('./${start}');`);
      const {
        outputFiles: [file],
      } = await build({
        ...options,
        stdin: { contents: lines.join('\n'), resolveDir: process.cwd(), sourcefile: `${name}.cjs` },
        plugins: [piecesOf(name, texts, homes)],
        format: 'cjs',
        outfile: `${name}.cjs`,
        banner: name === first ? banner : {},
        write: false,
      });
      return { name: `${name}.cjs`, text: file.text };
    }),
  );
}

/**
 * By a piece's name the module whose `import()` loads it, if there is one, and the pieces that it needs at once and later.
 * `isCommonJs`: what Node gives as such a module's exports, esbuild's piece has as its default.
 */
function readPieces({ outputs }) {
  const pieces = Object.entries(outputs).map(([path, { entryPoint: module, imports, exports }]) => {
    const isCommonJs = exports.includes('default');
    if (isCommonJs && exports.length > 1) throw new Error(`${module} is imported as what it is not alone: ${exports}`);
    const own = imports.filter(({ external }) => !external);
    const [later, needs] = [true, false].map((wanted) =>
      own.filter(({ kind }) => (kind === 'dynamic-import') === wanted).map((each) => basename(each.path)),
    );
    return [basename(path), { module, isCommonJs, needs, later }];
  });
  return new Map(pieces);
}

/** By a piece's name the file that it goes to. */
function homesOf(pieces, files) {
  const homes = new Map();
  const settle = (piece, name) => {
    if (homes.has(piece)) return;
    homes.set(piece, name);
    for (const needed of pieces.get(piece).needs) settle(needed, name);
  };
  for (const [name, modules] of Object.entries(files)) {
    for (const module of modules) {
      const [piece] = [...pieces].find(([, each]) => each.module === module) ?? [];
      if (piece === undefined) throw new Error(`${module} is for ${name}.cjs, but no import() loads it`);
      settle(piece, name);
    }
  }
  for (const piece of pieces.keys()) settle(piece, Object.keys(files).at(-1));
  return homes;
}

/** Pieces of the same file are bundled; those of another one are asked for there. */
function piecesOf(name, texts, homes) {
  return {
    name: 'pieces',
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^\.\// }, ({ path }) => {
        const piece = path.slice('./'.length);
        if (!texts.has(piece)) return { path, external: true };
        return { path: piece, namespace: homes.get(piece) === name ? 'here' : 'elsewhere' };
      });
      onLoad({ filter: /()/, namespace: 'here' }, ({ path }) => ({
        contents: texts.get(path),
      }));
      onLoad({ filter: /()/, namespace: 'elsewhere' }, ({ path }) => ({
        contents: `module.exports = require('./${homes.get(path)}.cjs')[${JSON.stringify(path)}]();`,
      }));
    },
  };
}
