/** Those of which golden transcripts are kept. */
export type Locale = 'en-US' | 'de-DE' | 'fr-FR' | 'zh-CN' | 'ko-KR'

export const locales: readonly Locale[] = ['en-US', 'de-DE', 'fr-FR', 'zh-CN', 'ko-KR']

const usage = [
  'Copyright (c) Microsoft Corporation. All rights reserved.',
  'Usage: wsl.exe [Argument] [Options...] [CommandLine]',
  '    --exec, -e <CommandLine>',
  '    --distribution, -d <DistroName>',
].join('\n')

/** What Windows has as wsl.exe where WSL is not installed. It knows no switch. */
export const stubUsage = [
  'Copyright (c) Microsoft Corporation. All rights reserved.',
  'Usage: wsl.exe [Argument]',
  '    --install <Options>',
  '    --list, -l [Options]',
].join('\n')

/**
 * From the files `localization/strings/LOCALE/Resources.resw` of WSL, but for `notLinux` and `versions` in other
 * languages than English and Chinese, which are ours in the same form. `succeeded`, `badParameter`, `fileNotFound` and
 * `unexpected` are of Windows, which has a space at the end of them. `{}` is replaced in order.
 */
const texts = {
  'en-US': {
    error: 'Error code: {}',
    succeeded: 'The operation completed successfully. ',
    badParameter: 'The parameter is incorrect. ',
    fileNotFound: 'The system cannot find the file specified. ',
    listHeader: 'Windows Subsystem for Linux Distributions:',
    isDefault: '{} (Default)',
    noneRunning: 'There are no running distributions.',
    none: `Windows Subsystem for Linux has no installed distributions.
You can resolve this by installing a distribution with the instructions below:

Use 'wsl.exe --list --online' to list available distributions
and 'wsl.exe --install <Distro>' to install.`,
    notFound: 'There is no distribution with the supplied name.',
    nameExists:
      'A distribution with the supplied name already exists. Use --name to choose a different name.',
    pathExists: 'The supplied install location is already in use.',
    importFailed: 'Importing the distribution failed.',
    notLinux: 'The imported file is not a valid Linux distribution.',
    busy: 'An install, uninstall, or conversion is in progress for this distribution.',
    badName: "Invalid distribution name: '{}'.",
    userNotFound: 'User not found.',
    status: 'Default Distribution: {}\nDefault Version: {}',
    versions:
      'WSL version: {}\nKernel version: {}\nWSLg version: {}\nMSRDC version: {}\nDirect3D version: {}\nDXCore version: {}\nWindows version: {}',
    badArgument:
      "Invalid command line argument: {}\nPlease use '{} --help' to get a list of supported arguments.",
    unexpected: 'Catastrophic failure ',
  },
  'de-DE': {
    error: 'Fehlercode: {}',
    succeeded: 'Der Vorgang wurde erfolgreich beendet. ',
    badParameter: 'Falscher Parameter. ',
    fileNotFound: 'Das System kann die angegebene Datei nicht finden. ',
    listHeader: 'Windows Subsystem für Linux-Distributionen:',
    isDefault: '{} (Standard)',
    noneRunning: 'Es werden keine Distributionen ausgeführt.',
    none: `Windows-Subsystem für Linux verfügt über keine installierten Distributionen.
Sie können dies beheben, indem Sie eine Distribution mit den folgenden Anweisungen installieren:

"wsl.exe --list --online' zum Auflisten verfügbarer Distributionen verwenden
und "wsl.exe --install <Distro>".`,
    notFound: 'Es ist keine Distribution mit dem angegebenen Namen vorhanden.',
    nameExists:
      'A distribution with the supplied name already exists. Use --name to choose a different name.',
    pathExists: 'Der angegebene Installationsspeicherort wird bereits verwendet.',
    importFailed: 'Fehler beim Importieren der Distribution.',
    notLinux: 'Die importierte Datei ist keine gültige Linux-Distribution.',
    busy: 'Für diese Distribution wird ein Installations-, Deinstallations- oder Konvertierungsvorgang ausgeführt.\n',
    badName: "Ungültiger Distributionsname: '{}'.",
    userNotFound: 'Benutzer nicht gefunden.',
    status: 'Standarddistribution: {}\nStandardversion: {}',
    versions:
      'WSL-Version: {}\nKernelversion: {}\nWSLg-Version: {}\nMSRDC-Version: {}\nDirect3D-Version: {}\nDXCore-Version: {}\nWindows-Version: {}',
    badArgument:
      'Ungültiges Befehlszeilenargument: {}\nVerwenden Sie "{}" --help\', um eine Liste der unterstützten Argumente abzurufen.',
    unexpected: 'Schwerwiegender Fehler ',
  },
  'fr-FR': {
    error: "Code d'erreur\u00a0: {}",
    succeeded: 'L’opération a réussi. ',
    badParameter: 'Paramètre incorrect. ',
    fileNotFound: 'Le fichier spécifié est introuvable. ',
    listHeader: 'Distributions du Sous-système Windows pour Linux\u00a0:',
    isDefault: '{} (par défaut)',
    noneRunning: "Aucune distribution en cours d'exécution.",
    none: `Sous-système Windows pour Linux n’a aucune distribution installée.
Vous pouvez résoudre ce problème en installant une distribution avec les instructions ci-dessous\u00a0:

Utiliser wsl.exe --list --online' pour répertorier les distributions disponibles
et 'wsl.exe --install <Distro>' à installer.`,
    notFound: 'Il n’existe aucune distribution avec le nom fourni.',
    nameExists: 'Une distribution avec ce nom existe déjà. Utilisez --name pour choisir un autre nom.',
    pathExists: 'L’emplacement d’installation fourni est déjà en cours d’utilisation.',
    importFailed: 'Échec de l’importation de la distribution.',
    notLinux: 'Le fichier importé n’est pas une distribution Linux valide.',
    busy: 'Une installation, une désinstallation ou une conversion est en cours pour cette distribution.\n',
    badName: 'Nom de distribution non valide\u00a0: «\u00a0{}\u00a0».',
    userNotFound: 'Utilisateur introuvable.',
    status: 'Distribution par défaut\u00a0: {}\nVersion par défaut\u00a0: {}',
    versions:
      'Version WSL\u00a0: {}\nVersion du noyau\u00a0: {}\nVersion WSLg\u00a0: {}\nVersion MSRDC\u00a0: {}\nVersion Direct3D\u00a0: {}\nVersion de DXCore\u00a0: {}\nVersion de Windows\u00a0: {}',
    badArgument:
      "Argument de ligne de commande non valide\u00a0: {}\nUtilisez «\u00a0{} --help' pour obtenir la liste des arguments pris en charge.",
    unexpected: 'Défaillance irrémédiable ',
  },
  'zh-CN': {
    error: '错误代码: {}',
    succeeded: '操作成功完成。 ',
    badParameter: '参数错误。 ',
    fileNotFound: '系统找不到指定的文件。 ',
    listHeader: '适用于 Linux 的 Windows 子系统分发:',
    isDefault: '{} (默认值)',
    noneRunning: '没有正在运行的分发。',
    none: `适用于 Linux 的 Windows 子系统没有已安装的分发。
可按照以下说明安装分发来解决此问题:

使用 'wsl.exe --list --online' 列出可用的分发
和 'wsl.exe --install <Distro>' 进行安装。`,
    notFound: '不存在具有所提供名称的分发。',
    nameExists: '具有所提供名称的分发已存在。使用 --name 选择其他名称。',
    pathExists: '提供的安装位置已在使用中。',
    importFailed: '导入分发失败。',
    notLinux: '导入的文件不是有效的 Linux 分发。',
    busy: '此分发的安装、卸载或转换正在进行。',
    badName: "无效的分发名称: '{}'。",
    userNotFound: '找不到用户。',
    status: '默认分发: {}\n默认版本: {}',
    versions:
      'WSL 版本: {}\n内核版本: {}\nWSLg 版本: {}\nMSRDC 版本: {}\nDirect3D 版本: {}\nDXCore 版本: {}\nWindows 版本: {}',
    badArgument: "无效的命令行参数： {}\n请使用“{} --help' 获取受支持的参数列表。",
    unexpected: '灾难性故障 ',
  },
  'ko-KR': {
    error: '오류 코드: {}',
    succeeded: '작업을 완료했습니다. ',
    badParameter: '매개 변수가 틀립니다. ',
    fileNotFound: '지정된 파일을 찾을 수 없습니다. ',
    listHeader: 'Linux용 Windows 하위 시스템 배포:',
    isDefault: '{}(기본값)',
    noneRunning: '실행 중인 배포가 없습니다.',
    none: `Linux용 Windows 하위 시스템 설치된 배포가 없습니다.
아래 지침에 따라 배포를 설치하여 이 resolve 수 있습니다.

사용 가능한 배포를 나열하려면 'wsl.exe --list --online' 사용
설치하려면 'wsl.exe --install <Distro>'를 선택하세요.`,
    notFound: '제공된 이름의 배포가 없습니다.',
    nameExists: '제공된 이름의 배포가 이미 있습니다. 다른 이름을 선택하려면 --name 를 사용하세요.',
    pathExists: '제공된 설치 위치가 이미 사용 중입니다.',
    importFailed: '배포를 가져오지 못했습니다.',
    notLinux: '가져온 파일이 올바른 Linux 배포가 아닙니다.',
    busy: '이 배포에 대한 설치, 제거 또는 변환이 진행 중입니다.\n',
    badName: "배포 이름 '{}'이(가) 잘못되었습니다.",
    userNotFound: '사용자를 찾을 수 없습니다.',
    status: '기본 배포: {}\n기본 버전: {}',
    versions:
      'WSL 버전: {}\n커널 버전: {}\nWSLg 버전: {}\nMSRDC 버전: {}\nDirect3D 버전: {}\nDXCore 버전: {}\nWindows 버전: {}',
    badArgument: "잘못된 명령줄 인수: {}\n지원되는 인수 목록을 가져오려면 '{} --help' 사용하세요.",
    unexpected: '심각한 오류입니다. ',
  },
} as const satisfies Record<Locale, Record<string, string>>

export type Message = keyof (typeof texts)['en-US']

export function message(locale: Locale, name: Message, ...values: readonly string[]): string {
  let index = 0
  return texts[locale][name].replace(/\{\}/g, () => values[index++] ?? '')
}

export function usageText(): string {
  return usage
}
