/**
 * Words of the first versions that had no standard meaning, and the terms that replaced them. `word` may have several parts (`sayAgain`).
 * Checked in identifiers and in names of files and folders; with `inDocuments`, also in the public documents.
 */
const names = (instead, ...words) => words.map((word) => ({ word, instead }));
const everywhere = (instead, ...words) => words.map((word) => ({ word, instead, inDocuments: true }));

export const oldWords = [
  // publishing and handling
  ...names('publish, published or republish; log, report or print for text', 'say', 'says', 'said', 'saying'),
  ...names('publish, report, eventsOf or record', 'tell', 'tells', 'told', 'telling', 'untold', 'teller'),
  ...everywhere('consume or consumed', 'hears', 'heard', 'hearer'),
  ...names('consume', 'hear', 'hearing'),
  ...names('term, hash, id, message or argument, whichever it is', 'word', 'words'),
  ...everywhere('ordering key', 'lane', 'lanes'),
  ...names('context', 'given', 'givens', 'circumstances'),
  ...names('RuntimePorts, environment or fixture', 'world'),
  ...names('ConsumerLoop', 'pump', 'pumps'),
  ...names('CommandBatcher', 'commandGate'),
  ...names('CrashLoopGuard', 'care'),
  ...names('RepartitionBarrier', 'precedence'),
  ...names('PendingQueue', 'heldQueue'),
  ...names('PartialBatchError', 'givenBack'),
  ...names('MessagingRuntime', 'messagingParts'),
  ...names('offset', 'setPositions', 'forgetPositions', 'recoverPositions', 'recoveredPositions', 'committedPositions'),
  ...everywhere('serverEpoch', 'incarnation', 'incarnations'),
  ...everywhere('notify', 'poke', 'pokes', 'poked'),
  ...everywhere('timeout', 'patience'),
  ...names('timeout', 'patient', 'impatient'),
  ...everywhere('shutdown timeout', 'farewell', 'goodbye'),
  // dead letters and the outbox
  ...everywhere('dead letter or blocked key', 'parked', 'parker', 'unpark'),
  ...names('dead letter', 'park', 'parking'),
  ...names('block, blocked or pending', 'hold', 'held', 'holding'),
  // effects
  ...names('effect request or request', 'wish', 'wishes', 'wished'),
  ...everywhere('effect concurrency', 'abreast'),
  // sagas
  ...names('definition (of a saga) or history (of an instance)', 'story', 'stories'),
  ...names('history', 'journal'),
  ...names('compensation or compensated', 'undo', 'undone'),
  ...names('failureReason', 'because'),
  ...names('cancelTimeouts', 'met', 'expectWithin'),
  ...names('the library routes replies', 'steer'),
  ...names('stuck', 'alarmed'),
  ...names('rejection', 'refusal', 'refusals'),
  // replay and recovery
  ...everywhere('rebuild from history', 'retell', 'retold', 'retelling'),
  ...names('BackupRows, or stored', 'kept'),
  ...names('partition increase', 'grow', 'growth', 'growing', 'grown'),
  ...names('OffsetMismatch', 'positionsDisagree'),
  // the shop, its tools and tests
  ...everywhere('stock level', 'shelf', 'shelves'),
  ...everywhere('supervisor', 'keeper', 'keepers'),
  ...names('request processor', 'desk'),
  ...everywhere('violation summary', 'toll'),
  ...everywhere('action', 'deed', 'deeds'),
  ...everywhere('workers', 'crew'),
  ...everywhere('reaper', 'lifeline'),
  ...everywhere('error', 'mishap', 'mishaps'),
  ...everywhere('members of the group', 'choir', 'choirs'),
  ...names('members, messages or readers', 'voice', 'voices', 'song', 'sing', 'sings', 'sung', 'speaker', 'mood'),
  ...names('environment', 'ground'),
  ...names('environment, fixture or scenario', 'stage', 'scene'),
  ...names('simulate or run', 'play', 'plays', 'played', 'playing'),
  ...names('faults', 'weather'),
  ...names('entry point or port', 'door', 'doors'),
  ...names('counts', 'tally', 'tallies'),
  ...names('outcome', 'fate', 'fates'),
  ...names('duplicate or copy', 'twin', 'twins'),
  ...names('fault or problem', 'troubles'),
  ...names('corrected', 'tidied'),
  ...everywhere('the subject: who does it', 'whoever', 'nobody', 'somebody', 'anybody', 'whatever'),
  // commands, tables and metrics
  ...everywhere('--all', '--every'),
  ...everywhere('--no-throttle', '--full-speed'),
  ...everywhere('--allow-data-loss', '--with-losses'),
  ...everywhere('--cancel', '--give-up'),
  ...everywhere('msg_dead_letters and msg_blocked_keys', 'msg_parked', 'msg_parked_lanes'),
  ...everywhere('outbox_blocked_keys', 'outbox_held'),
  ...everywhere('msg_saga_history', 'msg_saga_journal'),
  ...everywhere('tradewind_outbox_messages_total', 'messages_said'),
];

/** Where an old word has a standard meaning. */
export const allowedWords = [
  { word: 'word', in: /^apps\/product\//, reason: 'the words of a text search' },
  { word: 'words', in: /^apps\/product\//, reason: 'the words of a text search' },
  {
    word: 'held',
    in: /^(apps\/payment|test)\/.*(payment|refund|goodwill|approval|money|placing|provider|any-)/,
    reason: 'money that is held',
  },
  { word: 'given', in: /^apps\/payment\//, reason: 'givenAt: the time at which a refund was given' },

  { word: 'growth', in: /^(bench|docs\/performance)\//, reason: 'throughput over the growth of a database' },
  { word: 'words', in: /^tools\/checks\/(words|old-words|checks\.mjs)/, reason: 'this check is about words' },
  { word: 'word', in: /^tools\/checks\/words/, reason: 'this check is about words' },
];
