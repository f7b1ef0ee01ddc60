import { startPostgresFloor } from './floor-postgres/subject.ts';
import { startFloor } from './floor/subject.ts';
import { startOidcProvider } from './oidc-provider/subject.ts';
import type { Options } from './options.ts';
import { startOstiary } from './ostiary/subject.ts';
import type { StoreName, Subject, SubjectName } from './subject.ts';

/** Starts a server with the families that the options ask for. */
export function startSubject(name: SubjectName, store: StoreName, options: Options): Promise<Subject> {
  const { families, before } = options;
  switch (name) {
    case 'floor':
      return store === 'sqlite' ? startFloor(families) : startPostgresFloor(families);
    case 'oidc-provider':
      return startOidcProvider();
    case 'ostiary':
      return startOstiary({ name, store, families });
    case 'before':
      return startOstiary({ name, store, families, checkout: before });
  }
}
