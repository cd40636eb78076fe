/**
 * The most sessions that one account has. Whoever logs in ever anew would else fill the store: of
 * more than a hundred devices, the one that was left behind the longest ago is the one to log out.
 */
export const MAX_SESSIONS_PER_ACCOUNT = 100
