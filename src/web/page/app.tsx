import { Room } from './room.tsx'
import { visit } from './session.ts'
import { SignIn } from './sign-in.tsx'

/** The page: signing in, or the room. */
export function App() {
  const here = visit.value
  return here ? <Room key={here.client.token} visit={here} /> : <SignIn />
}
