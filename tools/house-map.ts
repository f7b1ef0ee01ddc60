/**
 * The house as drawn in ARCHITECTURE.md: which room may import which. Rooms are folders of workspaces.
 * An arrow that is not here needs a decision, and then a line here.
 */
export const allowedArrows: Readonly<Record<string, readonly string[]>> = {
  'packages/wire': [],
  'packages/model': ['packages/wire'],
  'packages/protocol': ['packages/model', 'packages/wire'],
  'packages/storage': ['packages/model', 'packages/wire'],
  'packages/storage-sqlite': ['packages/storage', 'packages/model', 'packages/wire'],
  'packages/storage-postgres': ['packages/storage', 'packages/model', 'packages/wire'],
  'packages/service': ['packages/protocol', 'packages/storage', 'packages/model', 'packages/wire'],
  'packages/pages': [],
  'packages/http': ['packages/service', 'packages/pages', 'packages/model', 'packages/wire'],
  'apps/ostiary': [
    'packages/http',
    'packages/service',
    'packages/storage',
    'packages/storage-sqlite',
    'packages/storage-postgres',
    'packages/model',
    'packages/wire',
  ],
  'apps/console': [],
  'apps/lab': ['apps/ostiary', 'sdks/browser', 'sdks/web', 'sdks/api', 'sdks/worker'],
  'sdks/session': [],
  'sdks/browser': ['sdks/session'],
  'sdks/web': ['sdks/session'],
  'sdks/api': ['sdks/session'],
  'sdks/worker': ['sdks/session'],
  tools: [],
};

/** Rooms that only test and measure: they may import whatever their devDependencies declare. */
export const testRooms: readonly string[] = ['tests', 'bench'];

/** Rooms that may read the environment, and rooms that may touch files. */
export const environmentReaders: readonly string[] = ['apps/ostiary', 'apps/lab', 'tools', 'tests', 'bench'];
export const fileReaders: readonly string[] = [
  ...environmentReaders,
  'packages/storage-sqlite',
  'packages/storage-postgres',
];
