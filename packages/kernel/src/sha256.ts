/** The hash of cranks and transcripts. In one call: a hash object for each would cost more than the hashing. */
import { hash } from 'node:crypto';

/** SHA-256 of the UTF-8 of a text, in hex. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');
