import postgres from 'postgres'

/** What a query brings, asked on a connection of its own. */
export async function queryRows<Row>(databaseUrl: string, query: string): Promise<Row[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, fetch_types: false })
  try {
    return [...(await sql.unsafe<(Row & object)[]>(query))]
  } finally {
    await sql.end()
  }
}
