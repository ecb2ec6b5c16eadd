/** The errors that a host catches; the public face may not look further down than this package. */
export { CooperageError, type CooperageErrorOptions, type ErrorCode } from '@cooperage/protocol/errors';
export { VatRejection } from './rejection.ts';
