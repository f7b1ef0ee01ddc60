import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { clientConfig } from './options.ts';

const plain = 'postgres://role:p%40ss@db.example:6432/ostiary';

describe('the address of a PostgreSQL server', () => {
  it('is taken apart, with its escapes', () => {
    const { host, port, user, password, database, ssl } = clientConfig({ url: plain });
    assert.deepEqual(
      [host, port, user, password, database, ssl],
      ['db.example', 6432, 'role', 'p@ss', 'ostiary', false],
    );
  });

  it('may name a socket', () => {
    assert.equal(
      clientConfig({ url: 'postgres://role@localhost/ostiary?host=/run/postgresql' }).host,
      '/run/postgresql',
    );
  });

  it('asks for TLS by sslmode, or is asked to by an option; then the certificate is verified', () => {
    const verified = { rejectUnauthorized: true };
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      assert.deepEqual(clientConfig({ url: `${plain}?sslmode=${mode}` }).ssl, verified, mode);
    }
    assert.deepEqual(clientConfig({ url: plain, tls: {} }).ssl, verified);
    assert.deepEqual(clientConfig({ url: plain, tls: { ca: 'PEM' } }).ssl, { ...verified, ca: 'PEM' });
  });

  it('is trusted blindly only when somebody says so', () => {
    assert.deepEqual(clientConfig({ url: plain, tls: { isVerified: false } }).ssl, { rejectUnauthorized: false });
  });

  it('is refused when it asks for something that is not there, without repeating its password', () => {
    for (const url of ['mysql://u:secret@h/d', 'secret', `${plain}?sslmode=prefer`, `${plain}?sslmode=no-verify`]) {
      assert.throws(
        () => clientConfig({ url }),
        (error: Error) => error instanceof TypeError && !/secret|p@ss|p%40ss/.test(String(error.cause) + error.message),
      );
    }
  });
});
