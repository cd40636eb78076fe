/** For `--import`: shifts the clock of a process by `SHIFT_MS`. */
const by = Number(process.env.SHIFT_MS)

globalThis.Date = new Proxy(Date, {
  construct: (date, args: [number]) =>
    args.length > 0 ? new date(...args) : new date(date.now() + by),
  get: (date, name, receiver) =>
    name === 'now' ? () => date.now() + by : Reflect.get(date, name, receiver),
})
