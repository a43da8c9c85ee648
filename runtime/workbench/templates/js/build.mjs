// Makes a component of plugin.js and what it imports. The file is named behind: node build.mjs OUT.wasm
import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const { component } = await componentize({
  sourcePath: 'plugin.js',
  witPath: 'wit',
  worldName: 'plugin',
  // The host gives a plugin no clock, no random numbers and no network of its own. What is printed, and the words of an error, go to its log.
  disableFeatures: ['random', 'clocks', 'http', 'fetch-event'],
});
await writeFile(process.argv[2], component);
