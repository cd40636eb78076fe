import { StartError } from '../start-error.ts'
import { checkSchema } from './check-schema.ts'
import { connectEndpoint, PostgresEndpoint } from './postgres-endpoint.ts'

/** The log in a PostgreSQL, on which no server may run. Nothing in it changes. */
export class PostgresSource extends PostgresEndpoint {
  /** @throws {StartError} where there is none, where it is in use, or from another version */
  static async open(databaseUrl: string): Promise<PostgresSource> {
    const source = new PostgresSource(databaseUrl, await connectEndpoint(databaseUrl))
    try {
      const [migrations] = await source.queryOne("SELECT to_regclass('migrations')::text")
      if (!migrations) throw new StartError(`There is no log of Obrol in ${source.name}`)
      const applied = await source.query('SELECT name FROM migrations')
      checkSchema('postgres', applied.flat() as string[], source.name)
      await source.begin('SHARE')
      return source
    } catch (error) {
      await source.close()
      throw error
    }
  }
}
