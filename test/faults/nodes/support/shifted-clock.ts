/** For `--import`: puts the clock of a process off by `SHIFT_MS`, whoever asks for the time. */
const by = Number(process.env.SHIFT_MS)

globalThis.Date = new Proxy(Date, {
  construct: (date, args: [number]) =>
    args.length > 0 ? new date(...args) : new date(date.now() + by),
  get: (date, name, receiver) =>
    name === 'now' ? () => date.now() + by : Reflect.get(date, name, receiver),
})
