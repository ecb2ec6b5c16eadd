/** Locks the realm down for tests of the marshaller; imported before it. Errors keep readable stacks. */
import './prepare-ses.ts';

lockdown({ errorTaming: 'unsafe-debug', overrideTaming: 'moderate', consoleTaming: 'unsafe', stackFiltering: 'verbose' });
