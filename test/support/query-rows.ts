import postgres from 'postgres'

/** The rows of a query on a connection of its own. */
export async function queryRows<Row = Record<string, unknown>>(
  databaseUrl: string,
  query: string,
): Promise<Row[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {}, fetch_types: false })
  try {
    return [...(await sql.unsafe<(Row & object)[]>(query))]
  } finally {
    await sql.end()
  }
}
