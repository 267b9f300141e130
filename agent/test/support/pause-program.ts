/**
 * A program that does nothing but wait for signals, like the one of the image `pause`: what containers run
 * that have no double, and the first process of a guest. Children that it inherits are reaped by the kernel. It is made here, byte by byte, since a shell cannot give busybox another name.
 */
export function pauseProgram(): Buffer {
  const [address, header, segment] = [0x400000n, 64, 56]
  const place = Number(address) + header + segment
  const code = Buffer.from([
    // rt_sigaction(SIGCHLD, action, 0, 8)
    ...[
      0xbf, 17, 0, 0, 0, 0xbe, 0, 0, 0, 0, 0x31, 0xd2, 0x41, 0xba, 8, 0, 0, 0, 0xb8, 13, 0, 0, 0, 0x0f, 0x05,
    ],
    // pause() again and again: mov eax, 34; syscall; jmp -9
    ...[0xb8, 34, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7],
    // The action: SIG_IGN, no flags, no restorer, no mask.
    ...[1, ...Array.from({ length: 31 }, () => 0)],
  ])
  code.writeUInt32LE(place + code.length - 32, 6)
  const file = Buffer.alloc(header + segment + code.length)
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  file.writeUInt16LE(2, 16)
  file.writeUInt16LE(62, 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(address + BigInt(header + segment), 24)
  file.writeBigUInt64LE(BigInt(header), 32)
  file.writeUInt16LE(header, 52)
  file.writeUInt16LE(segment, 54)
  file.writeUInt16LE(1, 56)
  // One segment, the whole file, to be read and run.
  file.writeUInt32LE(1, header)
  file.writeUInt32LE(5, header + 4)
  file.writeBigUInt64LE(address, header + 16)
  file.writeBigUInt64LE(address, header + 24)
  file.writeBigUInt64LE(BigInt(file.length), header + 32)
  file.writeBigUInt64LE(BigInt(file.length), header + 40)
  file.writeBigUInt64LE(0x1000n, header + 48)
  code.copy(file, header + segment)
  return file
}
