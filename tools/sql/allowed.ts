// What PostgreSQL, CockroachDB, YugabyteDB and Aurora DSQL all take. Whoever widens a list reads the pages of the other three engines first.

/**
 * Nodes of PostgreSQL's syntax tree, each with the fields that may stand in it. Fields that only describe (`location`) or that
 * every statement has are in `silent`.
 */
export const allowedNodes: Readonly<Record<string, readonly string[]>> = {
  SelectStmt: [
    'targetList',
    'fromClause',
    'whereClause',
    'groupClause',
    'havingClause',
    'sortClause',
    'limitCount',
    'limitOffset',
    'limitOption',
    'lockingClause',
    'distinctClause',
    'valuesLists',
    'withClause',
    'op',
    'all',
    'larg',
    'rarg',
  ],
  InsertStmt: ['relation', 'cols', 'selectStmt', 'onConflictClause', 'returningClause', 'withClause', 'override'],
  UpdateStmt: ['relation', 'targetList', 'whereClause', 'fromClause', 'returningClause', 'withClause'],
  DeleteStmt: ['relation', 'usingClause', 'whereClause', 'returningClause', 'withClause'],
  TransactionStmt: ['kind', 'options'],
  VariableSetStmt: ['kind', 'name', 'args'],
  CreateStmt: ['relation', 'tableElts', 'oncommit', 'if_not_exists'],
  IndexStmt: ['idxname', 'relation', 'accessMethod', 'indexParams', 'unique', 'if_not_exists'],
  AlterTableStmt: ['relation', 'cmds', 'objtype'],
  AlterTableCmd: ['subtype', 'def', 'behavior', 'missing_ok'],
  GrantStmt: ['is_grant', 'targtype', 'objtype', 'objects', 'privileges', 'grantees', 'behavior'],
  AccessPriv: ['priv_name'],
  RoleSpec: ['roletype', 'rolename'],
  ColumnDef: ['colname', 'typeName', 'is_local', 'constraints'],
  Constraint: ['contype', 'raw_expr', 'keys', 'conname', 'is_enforced', 'initially_valid'],
  IndexElem: ['name', 'ordering', 'nulls_ordering'],
  DefElem: ['defname', 'arg', 'defaction'],
  RangeVar: ['relname', 'schemaname', 'inh', 'relpersistence', 'alias'],
  RangeFunction: ['functions', 'alias', 'ordinality'],
  RangeSubselect: ['subquery', 'alias'],
  JoinExpr: ['jointype', 'larg', 'rarg', 'quals', 'usingClause', 'alias', 'rtindex'],
  Alias: ['aliasname', 'colnames'],
  WithClause: ['ctes'],
  CommonTableExpr: ['ctename', 'ctequery', 'aliascolnames', 'ctematerialized'],
  OnConflictClause: ['action', 'infer', 'targetList', 'whereClause'],
  InferClause: ['indexElems'],
  ReturningClause: ['exprs'],
  ResTarget: ['name', 'val'],
  SortBy: ['node', 'sortby_dir', 'sortby_nulls'],
  LockingClause: ['strength', 'waitPolicy'],
  ColumnRef: ['fields'],
  ParamRef: ['number'],
  A_Const: ['ival', 'fval', 'boolval', 'sval', 'isnull'],
  A_Expr: ['kind', 'name', 'lexpr', 'rexpr'],
  A_Star: [],
  A_ArrayExpr: ['elements'],
  BoolExpr: ['boolop', 'args'],
  NullTest: ['arg', 'nulltesttype'],
  BooleanTest: ['arg', 'booltesttype'],
  CaseExpr: ['arg', 'args', 'defresult'],
  CaseWhen: ['expr', 'result'],
  CoalesceExpr: ['args'],
  MinMaxExpr: ['op', 'args'],
  RowExpr: ['args', 'row_format'],
  SubLink: ['subLinkType', 'testexpr', 'operName', 'subselect'],
  TypeCast: ['arg', 'typeName'],
  TypeName: ['names', 'typemod', 'arrayBounds'],
  FuncCall: ['funcname', 'args', 'agg_star', 'agg_distinct', 'agg_filter', 'funcformat', 'over'],
  WindowDef: ['partitionClause', 'orderClause', 'frameOptions'],
  List: ['items'],
  String: ['sval'],
  Integer: ['ival'],
};

/** Fields with a value of their own list: `Node.field` -> what it may be. */
export const allowedValues: Readonly<Record<string, readonly string[]>> = {
  'SelectStmt.op': ['SETOP_NONE', 'SETOP_UNION'],
  'SelectStmt.limitOption': ['LIMIT_OPTION_DEFAULT', 'LIMIT_OPTION_COUNT'],
  'InsertStmt.override': ['OVERRIDING_NOT_SET'],
  'TransactionStmt.kind': ['TRANS_STMT_BEGIN', 'TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK'],
  // Settings of a session. An engine that does not know one refuses it, and the connection goes on without.
  'VariableSetStmt.kind': ['VAR_SET_VALUE'],
  'VariableSetStmt.name': [
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'transaction_timeout',
    'default_transaction_isolation',
    'synchronous_commit',
    'plan_cache_mode',
    'application_name',
    'client_min_messages',
  ],
  'DefElem.defname': ['transaction_isolation', 'transaction_read_only'],
  'CreateStmt.oncommit': ['ONCOMMIT_NOOP'],
  'RangeVar.relpersistence': ['p'],
  'IndexStmt.accessMethod': ['btree'],
  'IndexElem.ordering': ['SORTBY_DEFAULT'],
  'IndexElem.nulls_ordering': ['SORTBY_NULLS_DEFAULT'],
  'Constraint.contype': [
    'CONSTR_NOTNULL',
    'CONSTR_NULL',
    'CONSTR_DEFAULT',
    'CONSTR_CHECK',
    'CONSTR_PRIMARY',
    'CONSTR_UNIQUE',
  ],
  'AlterTableStmt.objtype': ['OBJECT_TABLE'],
  'AlterTableCmd.subtype': ['AT_AddColumn'],
  'GrantStmt.objtype': ['OBJECT_TABLE', 'OBJECT_SCHEMA'],
  'GrantStmt.targtype': ['ACL_TARGET_OBJECT', 'ACL_TARGET_ALL_IN_SCHEMA'],
  'RoleSpec.roletype': ['ROLESPEC_CSTRING'],
  'LockingClause.strength': ['LCS_FORUPDATE'],
  'LockingClause.waitPolicy': ['LockWaitBlock'],
  'OnConflictClause.action': ['ONCONFLICT_NOTHING', 'ONCONFLICT_UPDATE'],
  'CommonTableExpr.ctematerialized': ['CTEMaterializeDefault'],
  'SubLink.subLinkType': ['EXISTS_SUBLINK', 'ANY_SUBLINK', 'EXPR_SUBLINK'],
  'A_Expr.kind': ['AEXPR_OP', 'AEXPR_OP_ANY', 'AEXPR_IN', 'AEXPR_DISTINCT', 'AEXPR_NOT_DISTINCT', 'AEXPR_NULLIF'],
  'JoinExpr.jointype': ['JOIN_INNER', 'JOIN_LEFT'],
};

export const allowedOperators: readonly string[] = ['=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '||'];

export const allowedFunctions: readonly string[] = [
  'ceil',
  'clock_timestamp',
  'count',
  'floor',
  'length',
  'max',
  'min',
  'octet_length',
  'pg_catalog.extract',
  'rank',
  'row_number',
  'sum',
  'unnest',
];

/** Types as they are written; PostgreSQL's own words (`bigint`) come with its schema in front. */
export const allowedTypes: readonly string[] = [
  'bool',
  'boolean',
  'bytea',
  'int2',
  'int4',
  'int8',
  'text',
  'uuid',
  'float8',
  'pg_catalog.bool',
  'pg_catalog.int2',
  // 8 bytes wide on CockroachDB (docs: INT); the adapter reads both widths.
  'pg_catalog.int4',
  'pg_catalog.int8',
  'pg_catalog.float8',
];

/** Types that no key and no index may hold. */
export const keylessTypes: readonly string[] = ['bytea', 'json', 'jsonb'];

/** Columns that PostgreSQL adds by itself. */
export const systemColumns: readonly string[] = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid', 'oid'];

/** Fields that say nothing about the meaning. */
export const silentFields: readonly string[] = [
  'location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
];

/** https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html */
export const mostKeyColumns = 8;
export const mostIndexes = 24;
