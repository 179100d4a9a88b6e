# language: de
Funktionalität: Korb
  Szenario: Leer
    Angenommen ein Korb
    Dann ist er leer
