import { z } from 'zod'
import { accountName, accountPath } from './vocabulary.ts'

/** 0 is root, 65534 nobody. */
const id = z.int().min(1).max(65533)

export const user = z
  .strictObject({
    name: accountName.describe("The user's name. The password is locked."),
    uid: id.describe('1 to 65533.'),
    gid: id.optional().describe('The group that is made with the user. Default: the uid.'),
    home: accountPath.optional().describe('Default: /home/<name>.'),
    shell: accountPath.default('/bin/sh').describe('The login shell.'),
    groups: z.array(accountName).default([]).describe('Further groups, which must exist in the image.'),
  })
  .transform(({ gid, home, ...user }) => ({
    ...user,
    gid: gid ?? user.uid,
    home: home ?? `/home/${user.name}`,
  }))
