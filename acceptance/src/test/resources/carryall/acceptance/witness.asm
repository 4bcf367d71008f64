; The witness guest: writes a counter and its complement to sector 1, flushes, and only then says the
; counter on the serial port. Assemble with `nasm -f bin`; the bytes stand in WitnessGuest.java.
org 0x7c00
bits 16
start:  cli
        xor  ax, ax
        mov  ds, ax
        mov  es, ax
        mov  ss, ax
        mov  sp, 0x7c00
        sti
        mov  [drive], dl
        mov  ah, 0x42           ; read sector 1
        call disk
        mov  eax, [0x8000]
        mov  ebx, [0x8004]
        not  ebx
        cmp  eax, ebx           ; counter and complement agree: go on from there
        je   next
        xor  eax, eax           ; a fresh disk
next:   hlt                     ; until the next timer tick
        inc  eax
        mov  [0x8000], eax
        mov  ebx, eax
        not  ebx
        mov  [0x8004], ebx
        push eax
        mov  ax, 0x4300         ; write sector 1
        call disk
        jc   stop
        mov  dx, 0x1f7          ; FLUSH CACHE to the first IDE disk
        mov  al, 0xe7
        out  dx, al
busy:   in   al, dx
        test al, 0x80
        jnz  busy
        pop  eax
        mov  cx, 8              ; only now say it: eight hexadecimal digits
digit:  rol  eax, 4
        push eax
        and  al, 15
        cmp  al, 10
        jb   say
        add  al, 'a' - '0' - 10
say:    add  al, '0'
        call serial
        pop  eax
        loop digit
        push eax
        mov  al, 10
        call serial
        pop  eax
        jmp  next
stop:   hlt
        jmp  stop
disk:   mov  dl, [drive]
        mov  si, packet
        int  0x13
        ret
serial: push ax
        mov  dx, 0x3fd
wait_:  in   al, dx
        test al, 0x20
        jz   wait_
        pop  ax
        mov  dx, 0x3f8
        out  dx, al
        ret
drive:  db 0
packet: db 16, 0
        dw 1, 0x8000, 0
        dq 1
        times 510-($-$$) db 0
        dw 0xaa55
