/**
 * Bundles vat sources in a process of its own, without loader or lockdown: `node bundle.mjs <format>:<path>...` prints the
 * bundles as a JSON array. The fixtures have a package.json of their own, because the bundler follows every dependency of the
 * nearest one.
 */
import 'ses';
import bundleSource from '@endo/bundle-source';

const bundles = [];
for (const argument of process.argv.slice(2)) {
  const [format, path] = argument.split(/:(.*)/s);
  bundles.push(await bundleSource(path, { format }));
}
process.stdout.write(JSON.stringify(bundles));
