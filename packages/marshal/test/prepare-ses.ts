/** The shims, in a module of their own: they must be complete before anything calls `lockdown`. */
import 'ses';
import '@endo/eventual-send/shim.js';
