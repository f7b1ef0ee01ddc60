/** What `ostiary init` writes: a server that starts, with one of each thing, explained. */
export const firstConfig = `import { defineConfig } from 'ostiary';

export default defineConfig({
  // Where browsers and clients find this server; every token carries it. https, or http on localhost for trying out.
  issuer: 'http://localhost:4000',

  // One file, made when missing. The path begins at this configuration file.
  storage: 'sqlite:./data/ostiary.db',

  // How long a sign-in lasts, in seconds: three days without use, thirty days in all.
  session: { idleSeconds: 259_200, absoluteSeconds: 2_592_000 },

  // What tokens are for. A user reads the sentence beside each scope before agreeing to it.
  apis: [
    {
      identifier: 'https://api.example.com',
      name: 'Example API',
      scopes: { 'read:reports': 'Read your reports' },
      accessTokenSeconds: 3600,
      allowOfflineAccess: true,
    },
  ],

  // Who may ask for tokens. The type (spa, web, native, device, service) brings defaults that suit it.
  clients: [
    {
      client_id: 'example-spa',
      client_name: 'Example',
      type: 'spa',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: ['http://localhost:3000/'],
      allowedOrigins: ['http://localhost:3000'],
      apis: { 'https://api.example.com': ['read:reports'] },
    },
    // A web application with a back end has a secret, which need not stand here:
    // {
    //   client_id: 'example-web',
    //   type: 'web',
    //   client_secret: { env: 'EXAMPLE_WEB_SECRET' }, // or { file: './example-web.secret' }
    //   redirect_uris: ['https://app.example.com/callback'],
    // },
  ],

  // Users are added by "ostiary user add --username ada@example.com". Those that stand here are created at first start:
  // users: [{ username: 'ada@example.com', password: { env: 'ADA_PASSWORD' }, claims: { name: 'Ada' } }],
});
`;
