import { z } from 'zod'
import { accountName, accountPath } from './vocabulary.ts'

/** 0 is root, 65534 nobody. */
const id = z.int().min(1).max(65533)

export const user = z
  .strictObject({
    name: accountName.describe("The user's name. The password is locked; its group has the same name."),
    uid: id.describe("The user's number."),
    gid: id.optional().describe('The number of the group that is made with the user. Default: `uid`.'),
    home: accountPath
      .optional()
      .describe(
        'The home folder, which is made for the user where it is not there. Default: `/home/<name>`.',
      ),
    shell: accountPath.default('/bin/sh').describe('The login shell.'),
    groups: z
      .array(accountName)
      .default([])
      .describe('Further groups of the user, which must exist in the image.'),
  })
  .transform(({ gid, home, ...user }) => ({
    ...user,
    gid: gid ?? user.uid,
    home: home ?? `/home/${user.name}`,
  }))
