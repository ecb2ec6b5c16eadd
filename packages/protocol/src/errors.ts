/** Errors that the host sees: a stable code, the thing at fault, and what to do about it. */

export type ErrorCode =
  | 'ERR_CONFIG'
  | 'ERR_VAT_SOURCE'
  | 'ERR_VAT_NOT_FOUND'
  | 'ERR_VAT_FAULT'
  | 'ERR_VAT_STATE'
  | 'ERR_UPGRADE'
  | 'ERR_CRITICAL_VAT'
  | 'ERR_REF'
  | 'ERR_GONE'
  | 'ERR_ARGUMENT'
  | 'ERR_NO_ANSWER'
  | 'ERR_DEVICE'
  | 'ERR_BUSY'
  | 'ERR_CLOSED'
  | 'ERR_NOT_A_KERNEL'
  | 'ERR_KERNEL_VERSION'
  | 'ERR_DATABASE'
  | 'ERR_DATABASE_LOCKED'
  | 'ERR_DATABASE_FULL'
  | 'ERR_DATABASE_READ_ONLY'
  | 'ERR_EXPORT'
  | 'ERR_REPLAY'
  | 'ERR_ENGINE';

export type CooperageErrorOptions = {
  /** The offending name, path or ref. */
  readonly subject?: string | undefined;
  /** What the reader can do. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
};

export class CooperageError extends Error {
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly remedy: string | undefined;
  constructor(code: ErrorCode, message: string, options: CooperageErrorOptions = {}) {
    const { subject, remedy, cause } = options;
    super(remedy === undefined ? message : `${message}\n  ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'CooperageError';
    this.code = code;
    this.subject = subject;
    this.remedy = remedy;
  }
}
