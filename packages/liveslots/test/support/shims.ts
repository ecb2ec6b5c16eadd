/** Has to be in place before lockdown. */
import 'ses';
import '@endo/eventual-send/shim.js';
