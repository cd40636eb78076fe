const input = process.env.OBROL_DOCUMENT
const baseUrl = process.env.OBROL_URL

export default {
  obrol: {
    input,
    output: { target: 'generated/orval/index.ts', client: 'fetch', baseUrl, headers: true },
  },
}
