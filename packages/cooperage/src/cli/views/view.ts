/** What a view is: a question to the inspector with its answer as data, and how the answer looks to people. */
import type { ReadOnlyStore } from '@cooperage/inspector/database';
import type { Sheet } from '../sheet.ts';

/** Everything that can be asked for; each view takes what it understands. */
export type ViewRequest = {
  /** The vat or the crank that the question is about; '' when it is about none. */
  readonly subject: string;
  readonly limit?: number | undefined;
  readonly skip?: number | undefined;
  readonly owner?: string | undefined;
  readonly importer?: string | undefined;
  readonly decider?: string | undefined;
  readonly state?: string | undefined;
  readonly vref?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly incarnation?: number | undefined;
  readonly prometheus?: boolean | undefined;
};

export type Shown = { readonly answer: unknown; readonly render: (sheet: Sheet) => void };

export type View = (store: ReadOnlyStore, request: ViewRequest) => Shown;
