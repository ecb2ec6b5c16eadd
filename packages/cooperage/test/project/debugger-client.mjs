/**
 * A debugger's side of a session: `node --experimental-websocket debugger-client.mjs <ws url> <end of a file's url> <line>`. Lets the process
 * go, waits where it stops first, sets a breakpoint at the line of the file, goes on, and tells what it saw as one line of JSON.
 */
const [address, ending, line] = process.argv.slice(2);
const socket = new WebSocket(address);
const replies = new Map();
const pauses = [];
const waiting = [];
const scripts = [];
let lastId = 0;

const send = (method, params = {}) =>
  new Promise((resolve, reject) => {
    lastId += 1;
    replies.set(lastId, { resolve, reject });
    socket.send(JSON.stringify({ id: lastId, method, params }));
  });

const nextPause = () => {
  const pause = pauses.shift();
  return pause === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(pause);
};

const accept = ({ id, result, error, method, params }) => {
  if (id !== undefined) {
    const { resolve, reject } = replies.get(id);
    if (error === undefined) resolve(result);
    else reject(Error(error.message));
  } else if (method === 'Debugger.scriptParsed') scripts.push(params);
  else if (method === 'Debugger.paused') {
    const resolve = waiting.shift();
    if (resolve === undefined) pauses.push(params);
    else resolve(params);
  }
};

const placeOf = ({ callFrames: [frame] }) => ({
  url: scripts.find(({ scriptId }) => scriptId === frame.location.scriptId)?.url,
  line: frame.location.lineNumber + 1,
  name: frame.functionName,
});

const findVariable = async ({ callFrames: [frame] }, expression) => {
  const { result } = await send('Debugger.evaluateOnCallFrame', {
    callFrameId: frame.callFrameId,
    expression,
    returnByValue: true,
  });
  return result.value;
};

socket.addEventListener('message', ({ data }) => accept(JSON.parse(data)));
socket.addEventListener('open', async () => {
  await send('Debugger.enable');
  await send('Runtime.runIfWaitingForDebugger');
  const first = await nextPause();
  const script = scripts.find(({ url }) => url.endsWith(ending));
  const { scriptSource } = script === undefined ? {} : await send('Debugger.getScriptSource', { scriptId: script.scriptId });
  await send('Debugger.setBreakpointByUrl', { url: script?.url ?? '', lineNumber: Number(line) - 1 });
  await send('Debugger.resume');
  const second = await nextPause();
  const report = {
    stop: placeOf(first),
    breakpoint: placeOf(second),
    scriptLine: scriptSource?.split('\n')[Number(line) - 1]?.trim(),
    entries: await findVariable(second, 'JSON.stringify(entries)'),
    what: await findVariable(second, 'what'),
  };
  await send('Debugger.disable');
  console.log(JSON.stringify(report));
  socket.close();
});
