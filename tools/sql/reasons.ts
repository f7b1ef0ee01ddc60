// Who refuses what, and where that is written. Read in autumn 2026.

const dsqlUnsupported =
  'Aurora DSQL (user guide: Unsupported PostgreSQL features; docs.aws.amazon.com/aurora-dsql, working-with-postgresql-compatibility-unsupported-features)';
const dsqlSql = 'Aurora DSQL (user guide: Supported SQL; working-with-postgresql-compatibility-supported-sql-features)';
const dsqlTypes =
  'Aurora DSQL (user guide: Supported data types; working-with-postgresql-compatibility-supported-data-types)';
const dsqlIndex = 'Aurora DSQL (user guide: CREATE INDEX; create-index-syntax-support)';
const dsqlTable = 'Aurora DSQL (user guide: CREATE TABLE; create-table-syntax-support)';
const dsqlAlter = 'Aurora DSQL (user guide: ALTER TABLE; alter-table-syntax-support)';
// Since September 2026 with any condition and with joins; before that one table, by equality with its whole key.
const dsqlLock =
  'Aurora DSQL (only FOR UPDATE and FOR KEY SHARE: github.com/ministackorg/ministack, pull request 1442; github.com/awslabs/agent-plugins, pull request 271)';
const cockroach =
  'CockroachDB (docs: PostgreSQL compatibility; cockroachlabs.com/docs/stable/postgresql-compatibility)';
const cockroachSerial = 'CockroachDB (docs: SERIAL; cockroachlabs.com/docs/stable/serial)';
const cockroachLock = 'CockroachDB (docs: SELECT FOR UPDATE; cockroachlabs.com/docs/stable/select-for-update)';
const yugabyte =
  'YugabyteDB (docs: PostgreSQL compatibility; docs.yugabyte.com/stable/explore/ysql-language-features/postgresql-compatibility)';

/**
 * Why a piece is refused, the most telling of the engines that refuse it. Keys are what `refusals.ts` found: a node
 * (`TruncateStmt`), a field (`IndexStmt.whereClause`), a value (`LockingClause.strength=LCS_FORSHARE`), `function:NAME`,
 * `type:NAME`, `operator:NAME`, or the name of a rule.
 */
export const reasons: Readonly<Record<string, string>> = {
  TruncateStmt: dsqlUnsupported,
  VacuumStmt: dsqlUnsupported,
  LockStmt: yugabyte,
  ListenStmt: yugabyte,
  NotifyStmt: yugabyte,
  UnlistenStmt: yugabyte,
  CreateTrigStmt: dsqlUnsupported,
  CreateFunctionStmt: dsqlUnsupported,
  DoStmt: dsqlUnsupported,
  CreateExtensionStmt: dsqlUnsupported,
  CreateEnumStmt: dsqlUnsupported,
  CompositeTypeStmt: dsqlUnsupported,
  CreateTableSpaceStmt: dsqlUnsupported,
  CreateTableAsStmt: dsqlUnsupported,
  CreateSeqStmt: cockroachSerial,
  CreatedbStmt: dsqlUnsupported,
  MergeStmt: cockroach,
  CopyStmt: dsqlSql,
  PrepareStmt: 'PgBouncer in transaction mode (docs: features, SQL feature map for pooling modes)',
  'TransactionStmt.savepoint_name': dsqlUnsupported,
  'TransactionStmt.kind=TRANS_STMT_SAVEPOINT': dsqlUnsupported,
  'TransactionStmt.kind=TRANS_STMT_RELEASE': dsqlUnsupported,
  'TransactionStmt.kind=TRANS_STMT_ROLLBACK_TO': dsqlUnsupported,
  'TransactionStmt.kind=TRANS_STMT_PREPARE': yugabyte,
  'CreateStmt.options': dsqlTable,
  'CreateStmt.inhRelations': dsqlUnsupported,
  'CreateStmt.partspec': dsqlUnsupported,
  'CreateStmt.tablespacename': dsqlUnsupported,
  'RangeVar.relpersistence=t': dsqlUnsupported,
  'RangeVar.relpersistence=u': `${dsqlTable}, and it loses rows in a crash on PostgreSQL`,
  'Constraint.contype=CONSTR_FOREIGN': 'Aurora DSQL before August 2026 (user guide: Release notes)',
  'Constraint.contype=CONSTR_EXCLUSION': yugabyte,
  'Constraint.contype=CONSTR_IDENTITY':
    'Aurora DSQL (user guide: Working with sequences and identity columns: the cache is 1 or at least 65536)',
  'Constraint.contype=CONSTR_GENERATED': yugabyte,
  'Constraint.deferrable': yugabyte,
  'Constraint.options': dsqlTable,
  'ColumnDef.collClause': dsqlUnsupported,
  'IndexStmt.concurrent': dsqlIndex,
  'IndexStmt.whereClause': 'Aurora DSQL before 15 September 2026 (user guide: Release notes, Partial indexes)',
  'IndexStmt.options': dsqlIndex,
  'IndexStmt.indexIncludingParams': 'the size of the index: no query of ours reads from it alone',
  'IndexElem.expr': 'Aurora DSQL before 13 August 2026 (user guide: Release notes, Indexes on expressions)',
  'IndexElem.opclass': dsqlIndex,
  'IndexElem.collation': dsqlIndex,
  'IndexElem.ordering=SORTBY_DESC': dsqlUnsupported,
  'IndexElem.ordering=SORTBY_ASC': dsqlUnsupported,
  'LockingClause.strength=LCS_FORSHARE': dsqlLock,
  'LockingClause.strength=LCS_FORKEYSHARE': cockroachLock,
  'LockingClause.strength=LCS_FORNOKEYUPDATE': dsqlLock,
  'LockingClause.waitPolicy=LockWaitSkip': `${dsqlLock}: it takes the words and never waits, so they mean something else`,
  'LockingClause.waitPolicy=LockWaitError': `${dsqlLock}: it takes the words and never waits, so they mean something else`,
  'LockingClause.lockedRels': `${dsqlLock}: no page says whether it takes OF`,
  'InferClause.conname': `${cockroach}: ON CONFLICT ON CONSTRAINT came late; name the columns`,
  'A_Expr.kind=AEXPR_LIKE': 'the index: the engines disagree on which collation lets LIKE use it',
  'CommonTableExpr.ctematerialized=CTEMaterializeAlways': 'the engines differ in what the word does',
  'WithClause.recursive': dsqlSql,
  'RangeSubselect.lateral': dsqlSql,
  RangeTableSample: cockroach,
  'type:serial': `${dsqlUnsupported}; ${cockroachSerial}`,
  'type:bigserial': `${dsqlUnsupported}; ${cockroachSerial}`,
  'type:json': `${dsqlTypes} before June 2026; text holds what nobody searches`,
  'type:jsonb': `${dsqlTypes} before June 2026; text holds what nobody searches`,
  'type:inet': dsqlTypes,
  'type:xid': cockroach,
  'function:nextval': cockroachSerial,
  'function:currval': cockroachSerial,
  'function:pg_advisory_lock': `${cockroach}; ${yugabyte}`,
  'function:pg_advisory_xact_lock': `${cockroach}; ${yugabyte}`,
  'function:pg_try_advisory_lock': `${cockroach}; ${yugabyte}`,
  'function:pg_try_advisory_xact_lock': `${cockroach}; ${yugabyte}`,
  'function:pg_notify': yugabyte,
  'function:set_config': dsqlSql,
  'function:now':
    'reading a clock within a transaction: CockroachDB gives the time of the transaction, which a retry moves; use clock_timestamp',
  'system-column': cockroach,
  'key-type': `${dsqlTypes}, column "Index support"; text and uuid can be keys`,
  'array-column': `${dsqlTypes}: arrays exist while a query runs only`,
  'key-columns': 'Aurora DSQL (user guide: Quotas; CHAP_quotas): at most 8 columns in a key, 24 indexes on a table',
  'no-primary-key':
    'CockroachDB (docs: Primary key; cockroachlabs.com/docs/stable/primary-key): it would make up a hidden one',
  'add-column': `${dsqlAlter}: a new column comes without default and not null`,
  'if-not-exists':
    'Aurora DSQL (user guide: DDL and distributed transactions; working-with-ddl): one DDL statement in a transaction, so a broken migration is run again',
  'writing-cte':
    'CockroachDB (docs: Known limitations; cockroachlabs.com/docs/stable/known-limitations): one statement must not write a table twice',
};

/** What is said of a piece that nobody looked up. */
export const unknownPiece = 'nobody looked up whether all four engines take it (tools/sql/allowed.ts)';
