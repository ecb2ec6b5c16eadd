/** What has to be installed in the realm before it is locked down; a module of its own, because imports run before statements. */
import 'ses';
import '@endo/eventual-send/shim.js';
