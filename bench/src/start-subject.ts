import { startFloor } from './floor/subject.ts';
import { startOidcProvider } from './oidc-provider/subject.ts';
import { startOstiary } from './ostiary/subject.ts';
import type { Subject, SubjectName } from './subject.ts';

export function startSubject(name: SubjectName): Promise<Subject> {
  switch (name) {
    case 'floor':
      return startFloor();
    case 'oidc-provider':
      return startOidcProvider();
    case 'ostiary':
      return startOstiary();
  }
}
