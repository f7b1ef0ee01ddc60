export { defineConfig } from './config/define-config.ts';
export type {
  ApiConfig,
  ClientConfig,
  LogLevel,
  OperationsConfig,
  OstiaryConfig,
  PostgresConfig,
  RefreshConfig,
  SecretConfig,
  ThemeConfig,
  UserConfig,
} from './config/define-config.ts';
