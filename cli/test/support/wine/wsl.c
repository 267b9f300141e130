/*
 * A wsl.exe for Wine. It hands its words, environment and input to a server (wsl-bridge.ts), and has the output and the
 * status from there: Wine starts programs of Linux too, but keeps neither their pipes nor their status.
 *
 *   x86_64-w64-mingw32-gcc -municode -O1 -o wsl.exe wsl.c -lws2_32
 */
#include <winsock2.h>
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

static SOCKET server;

static void die(int status) {
  ExitProcess(status);
}

static void send_all(const void *bytes, int size) {
  const char *at = bytes;
  while (size > 0) {
    int sent = send(server, at, size, 0);
    if (sent <= 0) die(97);
    at += sent;
    size -= sent;
  }
}

static void send_block(const void *bytes, DWORD size) {
  send_all(&size, 4);
  send_all(bytes, size);
}

static void send_text(const wchar_t *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *bytes = malloc(size);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
  send_block(bytes, size - 1);
  free(bytes);
}

static int receive_all(void *bytes, int size) {
  char *at = bytes;
  while (size > 0) {
    int got = recv(server, at, size, 0);
    if (got <= 0) return 0;
    at += got;
    size -= got;
  }
  return 1;
}

static DWORD WINAPI send_input(void *unused) {
  static char bytes[65536];
  HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  DWORD size = 0;
  while (ReadFile(input, bytes, sizeof bytes, &size, NULL) && size > 0) send_block(bytes, size);
  send_block(bytes, 0);
  return 0;
}

static void connect_to(int port) {
  WSADATA data;
  struct sockaddr_in address = {0};
  WSAStartup(MAKEWORD(2, 2), &data);
  server = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(server, (struct sockaddr *)&address, sizeof address) != 0) die(98);
}

int wmain(int count, wchar_t **words, wchar_t **environment) {
  const wchar_t *port = _wgetenv(L"WSL_BRIDGE_PORT");
  DWORD sizes[2], written;
  int at, size;
  if (port == NULL) die(99);
  connect_to(_wtoi(port));
  size = count - 1;
  send_all(&size, 4);
  for (at = 1; at < count; at++) send_text(words[at]);
  for (size = 0; environment[size] != NULL; size++) continue;
  send_all(&size, 4);
  for (at = 0; environment[at] != NULL; at++) send_text(environment[at]);
  CreateThread(NULL, 0, send_input, NULL, 0, NULL);
  /* Blocks of output: which stream (or 0 for the status), how long. */
  while (receive_all(sizes, sizeof sizes)) {
    static char bytes[65536];
    if (sizes[0] == 0) die(sizes[1]);
    if (sizes[1] > sizeof bytes || !receive_all(bytes, sizes[1])) break;
    WriteFile(GetStdHandle(sizes[0] == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE), bytes, sizes[1], &written, NULL);
  }
  die(96);
  return 0;
}
