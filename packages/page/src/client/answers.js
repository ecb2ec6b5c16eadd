// @ts-check
/** Asks the server, and asks again when the database has changed: what is shown stays until the new answer is there. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { findPast } from './place.js';

/** What went wrong, and what to do about it. */
export class Trouble extends Error {
  /** @param {{ readonly code: string, readonly message: string, readonly remedy: string | null }} told */
  constructor({ code, message, remedy }) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** @typedef {{ readonly cranks: number, readonly activityHash: string }} KernelState */

/** @type {{ state: KernelState | undefined, isConnected: boolean }} */
let followed = { state: undefined, isConnected: false };
/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {Partial<typeof followed>} change */
const setFollowed = change => {
  followed = { ...followed, ...change };
  watchers.forEach(watcher => watcher());
};

export const followKernel = () => {
  const events = new EventSource('/api/follow');
  events.addEventListener('state', event => setFollowed({ state: JSON.parse(event.data), isConnected: true }));
  events.addEventListener('error', () => setFollowed({ isConnected: false }));
};

export const useFollowed = () => {
  const [value, setValue] = useState(followed);
  useEffect(() => {
    const watcher = () => setValue(followed);
    watcher();
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  }, []);
  return value;
};

/**
 * @param {string} name
 * @param {Readonly<Record<string, string | number | undefined>>} [parameters]
 * @returns {Promise<any>} rejects with a `Trouble`
 */
export const ask = async (name, parameters = {}, signal = /** @type {AbortSignal | undefined} */ (undefined)) => {
  const given = Object.entries({ at: findPast(), ...parameters }).filter(([, value]) => value !== undefined && value !== '');
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
  /** @type {Response} */
  let response;
  try {
    response = await fetch(`/api/${name}?${query}`, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Trouble({
      code: 'ERR_SERVER',
      message: 'the server does not answer',
      remedy: 'start "cooperage serve" again',
    });
  }
  const body = await response.json();
  if (!response.ok) throw new Trouble(body.error);
  return body;
};

/** Of its time, a view spends at most such a part on asking again. */
const SHARE = 5;
const PAUSE_MS = 1_000;

/**
 * The answer to a question, kept up to date. `name` null asks nothing.
 * @param {string | null} name
 * @param {Readonly<Record<string, string | number | undefined>>} [parameters]
 * @returns {{ answer: any, trouble: Trouble | undefined, isWaiting: boolean }}
 */
export const useAnswer = (name, parameters = {}) => {
  const past = findPast();
  const key = name === null ? '' : `${name} ${JSON.stringify(parameters)} ${past ?? ''}`;
  const present = useFollowed().state?.activityHash;
  // What was stays as it was.
  const hash = past === undefined ? present : undefined;
  const [shown, setShown] = useState(
    /** @type {{ key: string, name: string | null, answer: any, trouble: Trouble | undefined }} */ ({
      key: '',
      name: null,
      answer: undefined,
      trouble: undefined,
    }),
  );
  const timing = useRef({ key: '', hash: /** @type {string | undefined} */ (undefined), end: 0, took: 0 });
  useEffect(() => {
    if (name === null) return undefined;
    const isSame = timing.current.key === key;
    // The first news of the state says nothing that the first answer did not.
    if (isSame && timing.current.hash === undefined) {
      timing.current.hash = hash;
      return undefined;
    }
    const pause = isSame ? Math.max(0, timing.current.end + Math.max(PAUSE_MS, timing.current.took * SHARE) - Date.now()) : 0;
    const control = new AbortController();
    const timer = setTimeout(async () => {
      const start = Date.now();
      /** @param {{ answer: any, trouble: Trouble | undefined }} told */
      const show = told => {
        timing.current = { key, hash, end: Date.now(), took: Date.now() - start };
        setShown({ key, name, ...told });
      };
      try {
        const answer = await ask(name, parameters, control.signal);
        if (!control.signal.aborted) show({ answer, trouble: undefined });
      } catch (error) {
        if (!control.signal.aborted) show({ answer: undefined, trouble: /** @type {Trouble} */ (error) });
      }
    }, pause);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key, hash]);
  if (name === null) return { answer: undefined, trouble: undefined, isWaiting: false };
  // Another page of the same list: the old one stays in its place until then.
  const isUsable = shown.key === key || shown.name === name;
  return {
    answer: isUsable ? shown.answer : undefined,
    trouble: shown.key === key ? shown.trouble : undefined,
    isWaiting: shown.key !== key,
  };
};
