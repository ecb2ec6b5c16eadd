// Opens a kernel over the database that the first argument names, says as JSON how that went, and waits to be ended if it went well.
import { CooperageError, openKernel } from 'cooperage';

const [database = '', source = ''] = process.argv.slice(2);
try {
  const kernel = await openKernel({ database, vats: { counter: { source } }, console: 'silent' });
  const count = await kernel.call('counter', 'next', []);
  console.log(JSON.stringify({ count: Number(count) }));
  await new Promise(resolve => process.stdin.once('data', resolve));
  await kernel.close();
} catch (error) {
  const { name, message } = error as Error;
  const { code, subject, remedy } = error instanceof CooperageError ? error : ({} as Partial<CooperageError>);
  console.log(JSON.stringify({ name, message, code, subject, remedy }));
}
process.exit();
