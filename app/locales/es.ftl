# Spanish. The sections and ids are those of en.ftl.

## Everywhere
app-description = Mensajería en tu propio servidor.
online = En línea
offline-name-change = No tienes conexión. El nombre se cambiará cuando vuelvas a tenerla.
unknown-person = Persona desconocida
loading = Cargando…
not-loaded-title = Esta parte de la página no se cargó
not-loaded-text = Comprueba tu conexión e inténtalo de nuevo. Si no sirve de nada, recarga la página.
page-stopped = Myna se ha detenido en esta página. Aún puedes leerla. Recárgala para enviar y recibir mensajes.
reload = Recargar
scripts-needed = Myna necesita JavaScript para enviar y recibir mensajes. Puedes leer lo que hay.
name = Nombre
password = Contraseña
cancel = Cancelar
save = Guardar
delete = Eliminar
dismiss = Cerrar
close = Cerrar
try-again = Reintentar
back = Volver a las conversaciones
back-unread = Volver a las conversaciones, { $count } sin leer
details = Detalles
channels = Canales
people = Personas
conversations = Conversaciones
new-message = Mensaje nuevo
skip-to-conversation = Saltar a la conversación
your-conversations = Ir a tus conversaciones

## Signing in and up
sign-in = Iniciar sesión
sign-in-title = Inicia sesión en Myna
sign-in-lead = Mensajería en tu propio servidor.
sign-in-new = ¿No tienes cuenta?
sign-out = Cerrar sesión
create-account = Crear cuenta
sign-up-title = Únete a Myna
sign-up-lead = Te encontrarán por este nombre.
sign-up-known = ¿Ya tienes una cuenta?
password-hint = Al menos 8 caracteres.

## Pages that say why there is nothing to see
not-found-title = Página no encontrada
not-found-text = Esta página no existe.
problem-title = Algo ha ido mal
absent-title = Conversación no encontrada
absent-text = Puede que no exista o que no participes en ella.
nothing-open-title = Ninguna conversación seleccionada
nothing-open-text = Selecciona una conversación o empieza una nueva.
welcome-title = Te damos la bienvenida a Myna
welcome-text = Busca a alguien por su nombre y salúdale.
loading-conversation = Cargando la conversación

## The list of conversations
search = Buscar
no-results = No hay resultados para «{ $text }».
no-conversations = Aún no hay conversaciones.
start-conversation = Empezar una conversación
join-channel = Unirse a este canal
unread = sin leer
preview-from = { $name }: { $text }
you-loved = Te ha encantado «{ $text }»
loved = A { $name } le ha encantado «{ $text }»
you-liked = Te ha gustado «{ $text }»
liked = A { $name } le ha gustado «{ $text }»
you-disliked = No te ha gustado «{ $text }»
disliked = A { $name } no le ha gustado «{ $text }»
you-laughed = Te has reído de «{ $text }»
laughed = { $name } se ha reído de «{ $text }»
you-emphasized = Has enfatizado «{ $text }»
emphasized = { $name } ha enfatizado «{ $text }»
you-questioned = Has cuestionado «{ $text }»
questioned = { $name } ha cuestionado «{ $text }»
you-reacted = Has reaccionado con { $emoji } a «{ $text }»
reacted = { $name } ha reaccionado con { $emoji } a «{ $text }»
typing-short = escribiendo…
message-failed = Un mensaje no se ha entregado
draft = Borrador:
title-self = Nota personal
title-alone = Solo tú
title-two = { $first } y { $second }
title-three = { $first }, { $second } y { $third }
title-one-more = { $count ->
    [one] { $first } y { $count } persona más
   *[other] { $first } y { $count } personas más
}
title-two-more = { $count ->
    [one] { $first }, { $second } y { $count } persona más
   *[other] { $first }, { $second } y { $count } personas más
}
page-title = { $name } · Myna
unread-title = ({ $count }) { $name }

## Your account
your-name = Tu nombre
your-name-hint = Te encuentran por él, y con él inicias sesión.
change-name = Cambiar el nombre
sign-out-confirm = ¿Cerrar sesión?
sign-out-unsent = Se eliminarán tus borradores y los mensajes que no se han enviado.

## A conversation
messages = Mensajes
unread-messages = Mensajes sin leer
no-messages = Aún no hay mensajes. ¡Saluda!
beginning = Principio de la conversación
loading-older = Cargando mensajes anteriores
jump-to-latest = Ir al último mensaje
first-unread = Primer mensaje sin leer
jump-to-latest-new = Ir al último mensaje, { $count ->
    [one] { $count } nuevo
   *[other] { $count } nuevos
}
is-typing = { $name } está escribiendo
joined = { $name } se ha unido
left = { $name } ha salido
you-joined = Te has unido
you-left = Has salido
delivered = Entregado
read = Leído
not-delivered = No entregado
not-delivered-why = No entregado: { $why }
not-delivered-retry = No entregado. Reintentar
message = Mensaje
send = Enviar
send-hint = Enviar. Mantén pulsado o haz clic derecho para enviar más tarde.
send-later = Enviar más tarde
schedule = Programar
scheduling = Programando…
message-scheduled = Mensaje programado
scheduled-message = Mensaje programado
scheduled-messages = Mensajes programados
no-scheduled = No hay mensajes programados.
scheduled-for = { $time }, programado
schedule-later-text = Se envía a esa hora, aunque no estés conectado.
schedule-offline = No tienes conexión. Conéctate para programar o cambiar mensajes.
date-and-time = Fecha y hora
send-now = Enviar ahora
not-sent = No enviado
scheduled-gone = Este mensaje ya se envió o se eliminó.
scheduled-gone-unsaved = Este mensaje ya se envió o se eliminó. Tus cambios no se han guardado.
scheduled-changed = Este mensaje se cambió en otro dispositivo. Guarda para reemplazarlo.
all-scheduled = { $count ->
    [one] { $count } mensaje programado
   *[other] Los { $count } mensajes programados
}
not-in-conversation = Una conversación que no está disponible
tomorrow = Mañana
you-said = Tú
# The name of a message for a screen reader, and of its menu.
said-by = { $by }, { $sent }
forward = Reenviar
forward-hint = Buscar conversaciones y personas
forwarded-from = Mensaje original de { $name }
forwarded-from-you = Mensaje original tuyo
origin-not-yours = No estás en la conversación de la que procede este mensaje.
messages-count = { $count ->
    [one] { $count } mensaje
   *[other] { $count } mensajes
}
select = Seleccionar
select-message = Seleccionar: { $text }
chosen-unsent = El envío de algunos de estos mensajes se anuló.
chosen-not-loaded = Algunos de estos mensajes ya no están cargados. Desplázate hasta ellos e inténtalo de nuevo.
selected-messages = Mensajes seleccionados
selected = { $count ->
    [one] { $count } seleccionado
   *[other] { $count } seleccionados
}
selected-most = { $count } seleccionados, el máximo posible
sent = Enviado
sent-to = Enviado a { $name }
will-be-sent-to = Se enviará a { $name } cuando haya conexión
waiting = En espera
outbox-full = Hay demasiados mensajes en espera de envío. Inténtalo de nuevo cuando tengas conexión.
done = Listo
copy = Copiar
copy-link = Copiar enlace
reply = Responder
replying-to = Respuesta a { $name }
replying-to-yourself = Respuesta a ti
finish-editing = Termina o cancela primero la edición.
cancel-reply = Cancelar la respuesta
in-reply-to = En respuesta a { $name }: { $text }
in-reply-to-you = En respuesta a ti: { $text }
replies = { $count ->
    [one] { $count } respuesta
   *[other] { $count } respuestas
}
thread = Hilo
show-thread = Mostrar el hilo
close-thread = Cerrar el hilo
go-to-message = Ir al mensaje
earlier-replies = Respuestas anteriores
message-not-found = No se puede cargar este mensaje.
edit = Editar
undo-send = Deshacer envío
delete-for-everyone = Eliminar para todos
editing = Editando el mensaje
cancel-editing = Cancelar la edición
edited = Editado
earlier-versions = Versiones anteriores
version-now = Ahora
you-unsent = Has anulado el envío de un mensaje.
unsent = { $name } ha anulado el envío de un mensaje.
you-deleted = Has eliminado un mensaje.
deleted = { $name } ha eliminado un mensaje.
copied = Copiado
copy-failed = Tu navegador no permite copiar.
reactions = Reacciones
more-reactions = Más reacciones
remove-reaction = Quitar
react = Reaccionar
love = Me encanta
like = Me gusta
dislike = No me gusta
laugh = Jaja
emphasize = Enfatizar
question = Cuestionar
insert-emoji = Insertar emoji
choose-reaction = Elegir una reacción
search-emoji = Buscar emojis (en inglés)
recent-emoji = Recientes
no-emoji = Ningún emoji para «{ $text }».
skin-tone = Tono de piel
emoji-smileys = Caritas y emociones
emoji-people = Personas y cuerpo
emoji-animals = Animales y naturaleza
emoji-food = Comida y bebida
emoji-travel = Viajes y lugares
emoji-activities = Actividades
emoji-objects = Objetos
emoji-symbols = Símbolos
emoji-flags = Banderas
emoji-not-loaded = No se han podido cargar los emojis. Comprueba tu conexión.
too-late = Este mensaje ya se ha enviado.
today = Hoy
yesterday = Ayer
weekday = { $day ->
    [1] lunes
    [2] martes
    [3] miércoles
    [4] jueves
    [5] viernes
    [6] sábado
   *[7] domingo
}
time-pattern = %-H:%M
date-pattern = %-d/%-m/%y

## Going somewhere by keys
quick-switcher = Ir a…
quick-switcher-hint = Ir a una conversación, una persona o una acción
previous-conversation = Conversación anterior
next-conversation = Conversación siguiente
previous-unread = Conversación no leída anterior
next-unread = Conversación no leída siguiente
add-people = Añadir personas
add-people-text = Podrán leer todos los mensajes anteriores.
already-member = Ya es miembro
add = Añadir
go-to-date = Ir a una fecha
date = Fecha
go = Ir
shortcuts = Atajos de teclado
shortcuts-anywhere = En cualquier lugar
shortcuts-writing = Al escribir
shortcuts-message = En un mensaje
or = o
new-line = Línea nueva
to-messages = Editar tu último mensaje o ir a los mensajes, con el campo vacío
previous-next-message = Mensaje anterior y siguiente
message-menu = Acciones
to-composer = Volver a escribir
key-control = Ctrl
key-shift = Mayús
key-delete = Supr

## Details
close-details = Cerrar los detalles
direct-conversation = Conversación directa
group-of = { $count ->
    [one] { $count } persona
   *[other] { $count } personas
}
public-channel-of = { $count ->
    [one] Canal público, { $count } miembro
   *[other] Canal público, { $count } miembros
}
members = Miembros
member-count = { $count ->
    [one] { $count } miembro
   *[other] { $count } miembros
}
name-you = { $name } (tú)
change-group-name = Cambiar el nombre del grupo
change-channel-name = Cambiar el nombre del canal
group-name = Nombre del grupo
channel-name = Nombre del canal
group-name-hint = Déjalo vacío para que el grupo lleve los nombres de sus miembros.
leave-conversation = Salir de la conversación
leave-channel = Salir del canal
leave-confirm = ¿Salir de «{ $name }»?
leave = Salir
leave-channel-text = Puedes volver a unirte en cualquier momento.
leave-group-text = No recibirás más mensajes y no podrás volver sin que te añadan.

## Channels and new conversations
find-channel = Buscar o crear un canal
create-channel = Crear canal
no-channels = Aún no hay canales. Crea el primero.
no-channel-named = Ningún canal tiene este nombre todavía.
join = Unirse
join-named = Unirse a { $name }
open = Abrir
open-named = Abrir { $name }
to = Para:
remove-named = Quitar a { $name }
no-person-named = No hay resultados para «{ $text }».
group-name-optional = Nombre del grupo (opcional)
start = Empezar

## The connection
reconnecting = Conectando… Los mensajes se enviarán cuando vuelvas a tener conexión.
offline = No tienes conexión. Los mensajes se enviarán cuando vuelvas a tenerla.
no-live-connection = Esta página no puede abrir su conexión en vivo, aunque el servidor responde. Si administras el servidor: el proxy debe dejar pasar la actualización a WebSocket. Reintentando…
reconnect-now = Conectar ahora

## Why something was refused
unreachable = No se puede acceder al servidor. Inténtalo de nuevo.
refused-unauthenticated = Inicia sesión.
refused-bad-credentials = Nombre o contraseña incorrectos.
refused-name-taken = Este nombre ya está en uso. Elige otro.
refused-name-invalid = Un nombre tiene de 1 a 64 caracteres visibles.
refused-password-too-short = Una contraseña tiene al menos 8 caracteres.
refused-password-too-long = Una contraseña tiene como máximo 256 caracteres.
refused-text-empty = Escribe primero un mensaje.
refused-text-too-long = Un mensaje tiene como máximo 8000 caracteres.
refused-text-invalid = Un mensaje no puede contener caracteres de control.
refused-not-found = Ya no existe o no participas.
refused-client-id-reused = Este mensaje ya se envió con otro texto. Envíalo otra vez.
refused-id-taken = Algo ha ido mal. Inténtalo de nuevo.
refused-too-many-members = Un grupo tiene como máximo 256 personas.
refused-too-few-members = Añade al menos a otra persona.
refused-direct-stays = No puedes salir de una conversación directa.
refused-not-allowed = No tienes permiso para hacer esto aquí.
refused-edit-too-late = Este mensaje ya no se puede editar.
refused-edit-too-often = Puedes editar un mensaje cinco veces. Este ya no se puede editar más.
refused-unsend-too-late = Ya no se puede anular el envío de este mensaje.
refused-message-unsent = El envío de este mensaje se anuló.
refused-message-forwarded = Un mensaje reenviado no se puede editar.
refused-emoji-invalid = Una reacción es un emoji. Elige otro.
refused-too-many-reactions = Este mensaje ya tiene todas las reacciones que puede tener.
refused-time-past = Elige una hora futura.
refused-time-too-far = Puedes programar un mensaje con hasta 14 días de antelación.
refused-too-many-scheduled = Tienes demasiados mensajes programados. Envía o elimina uno antes.
refused-malformed = Algo ha ido mal. Vuelve a cargar la página.
refused-foreign-origin = El servidor no espera esta dirección. Su administrador la indica con --public-url.
refused-too-many = Demasiados intentos. Espera un momento.
refused-unavailable = El servidor no puede hacer esto ahora. Inténtalo de nuevo.
refused-unknown = El servidor lo ha rechazado. Vuelve a cargar la página.

## Settings
settings = Ajustes
language-title = Idioma
appearance = Apariencia
theme-system = Sistema
theme-light = Claro
theme-dark = Oscuro
accent = Color de acento
accent-blue = Azul
accent-purple = Morado
accent-pink = Rosa
accent-red = Rojo
accent-orange = Naranja
accent-green = Verde
accent-graphite = Grafito
sounds = Sonidos
sounds-text = Reproducir un sonido con cada mensaje nuevo
account = Cuenta
