import type { ChatSession } from './chat-session.ts'
import { ConfirmDialog, openDialog } from './dialog.tsx'
import { MessageDialog } from './message-dialog.tsx'
import { NewRoomDialog } from './new-room-dialog.tsx'
import { PeopleDialog } from './people-dialog.tsx'
import { RoomDialog } from './room-dialog.tsx'
import { RoomSettingsDialog } from './room-settings-dialog.tsx'
import { RoomsDialog } from './rooms-dialog.tsx'
import { SettingsDialog } from './settings.tsx'

/** The open dialog, if any. */
export function Dialogs({ session }: { session: ChatSession }) {
  const open = openDialog.value
  switch (open?.kind) {
    case 'people':
      return <PeopleDialog session={session} />
    case 'rooms':
      return <RoomsDialog session={session} />
    case 'new-room':
      return <NewRoomDialog session={session} />
    case 'settings':
      return <SettingsDialog session={session} />
    case 'room':
      return <RoomDialog session={session} name={open.room} />
    case 'room-settings':
      return <RoomSettingsDialog session={session} name={open.room} />
    case 'message':
      return <MessageDialog session={session} {...open} />
    case 'confirm':
      return <ConfirmDialog question={open.question} />
    default:
      return null
  }
}
