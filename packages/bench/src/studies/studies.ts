/** All studies: figures of Cooperage alone, in the process that prints them. */
import { cyclesStudy } from './cycles.ts';
import { durableStudy } from './durable.ts';
import type { Study } from './study.ts';
import { terminateStudy } from './terminate.ts';

export const STUDIES: readonly Study[] = [cyclesStudy, durableStudy, terminateStudy];
