/** Why something was refused: an expected outcome, told to the device, kept in quarantine, counted in the ledger. */

/** Stable codes, documented in docs/errors.md; the English text says what is wrong and what would be right. */
export const REJECTION_CODES = [
  'PAYLOAD_TOO_LARGE',
  'PAYLOAD_NOT_UTF8',
  'PAYLOAD_NOT_JSON',
  'PAYLOAD_TOO_DEEP',
  'PAYLOAD_TOO_MANY_KEYS',
  'PAYLOAD_TOO_MANY_READINGS',
  'PAYLOAD_EMPTY',
  'PAYLOAD_NOT_AN_OBJECT',
  'PAYLOAD_NOT_SENML',
  'PAYLOAD_NOT_CBOR',
  'FRAME_UNREADABLE',
  'FRAME_UNMAPPED',
  'DEVICE_UNKNOWN',
  'DEVICE_DISABLED',
  'DEVICE_REMOVED',
  'KIND_UNKNOWN',
  'CHANNEL_UNKNOWN',
  'CHILD_UNKNOWN',
  'STATUS_INVALID',
  'REPLY_INVALID',
  'TIME_INVALID',
  'TIME_TOO_OLD',
  'TIME_IN_FUTURE',
  'TIME_OF_RETAINED_UNKNOWN',
  'READING_EMPTY',
  'READING_CONFLICT',
  'READING_SIMULATED',
  'FIELD_UNKNOWN',
  'FIELD_AMBIGUOUS',
  'UNIT_MISMATCH',
  'VALUE_NOT_A_NUMBER',
  'VALUE_NOT_FINITE',
  'VALUE_SENTINEL',
  'VALUE_OUT_OF_RANGE',
  'VALUE_NOT_A_CHOICE',
  'COUNTER_STARTS',
  'ENTRY_UNREADABLE',
  'STORE_REFUSED',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

export interface Rejection {
  readonly code: RejectionCode;
  /** The field or incoming key it is about. */
  readonly field?: string;
  /** Index of the reading in a batch, or byte offset for broken JSON. */
  readonly position?: number;
  readonly message: string;
}

/** What was refused: the whole message, one reading of it, or one value of a reading whose neighbours were kept. */
export type RejectionScope = 'message' | 'reading' | 'field';

export interface QuarantineRecord {
  /** Sorts by time of receipt; the same message received again after a crash gets another. */
  readonly id: string;
  readonly park: string;
  readonly device: string;
  readonly topic: string;
  readonly receivedAt: number;
  readonly scope: RejectionScope;
  readonly reason: Rejection;
  /** UTF-8 text of the message or of the one reading, base64 when `payloadEncoding` says so. */
  readonly payload: string;
  readonly payloadEncoding: 'utf8' | 'base64';
  /** Epoch ms of a replay that took it in; the record stays. */
  readonly replayedAt?: number;
  /** Age of the installation when it was kept, ms: its own measure, because the clock may have been wrong. */
  readonly keptAt?: number;
}
